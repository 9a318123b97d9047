// The light build (no subtitles, alternate audio or DRM) has the types of the whole one.
declare module "hls.js/light" {
  export * from "hls.js";
  export { default } from "hls.js";
}
