import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where `npm run dev` finds the API: a server started by `npm start`. */
const server = process.env.FAIRWAY_URL ?? "http://127.0.0.1:7070";

export default defineConfig({
  plugins: [react()],
  build: {
    target: "es2023",
    // The content security policy allows files of our own only, no data: URLs for fonts and scripts.
    assetsInlineLimit: 0,
    cssTarget: "chrome123",
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/v1": { target: server, changeOrigin: true } } },
});
