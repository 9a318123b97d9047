import { defineConfig, type Plugin } from "vite";

// `MEDIAD_URL=http://127.0.0.1:8300 npm run dev` talks to a running daemon; without it a small stand-in
// answers with generated data (dev/mock.ts, never part of the build).
const daemon = process.env.MEDIAD_URL;

async function standIn(): Promise<Plugin[]> {
  return [(await import("./dev/mock")).mockDaemon()];
}

export default defineConfig(async ({ command }) => ({
  base: "./",
  plugins: command === "serve" && !daemon ? await standIn() : [],
  server: daemon ? { proxy: { "/api": { target: daemon, changeOrigin: true } } } : {},
  build: {
    // One level above a scratch copy as well as above the checkout's player/ui: see hatch_build.py.
    outDir: process.env.MEDIAD_UI_OUT ?? "../static",
    emptyOutDir: true,
    target: ["chrome111", "firefox114", "safari16.4"],
    // The content security policy allows no data: scripts or styles; every asset is a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
}));
