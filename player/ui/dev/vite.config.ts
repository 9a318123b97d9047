import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { mockDaemon } from "./mock";

// `MEDIAD_URL=http://127.0.0.1:8300 npm run dev` talks to a running daemon; without it a small stand-in
// answers with generated data.
const daemon = process.env.MEDIAD_URL;

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
  base: "./",
  plugins: daemon ? [] : [mockDaemon()],
  server: daemon ? { proxy: { "/api": { target: daemon } } } : {},
});
