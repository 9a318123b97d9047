import { defineConfig } from "vite";

export default defineConfig({
  base: "./",
  build: {
    outDir: process.env.MEDIAD_UI_OUT ?? "../static",
    emptyOutDir: true,
    target: ["chrome111", "firefox114", "safari16.4"],
    // The content security policy allows no data: scripts or styles; every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
});
