// The only module that opens a WebSocket. It reads frames and hands them on; it decides nothing.

import type { RenderedSpan } from "../api/types";
import { readPiece, type Asks, type Piece, type Says } from "./wire";

export interface SocketListener {
  said: (message: Says) => void;
  piece: (piece: Piece) => void;
  /** Over, by either side; `opened`: whether it ever stood. */
  closed: (opened: boolean) => void;
}

export class LiveSocket {
  #socket: WebSocket;
  #over = false;

  constructor(path: string, listener: SocketListener) {
    const url = new URL(path, window.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    let opened = false;
    this.#socket.addEventListener("open", () => (opened = true));
    this.#socket.addEventListener("message", ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (this.#over) return;
      if (typeof data === "string") listener.said(JSON.parse(data) as Says);
      else {
        const piece = readPiece(data);
        if (piece) listener.piece(piece);
      }
    });
    this.#socket.addEventListener("close", () => {
      if (!this.#over) listener.closed(opened);
    });
  }

  ask(asks: Asks): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(asks));
  }

  rendered(recording: string, spans: RenderedSpan[]): void {
    if (spans.length > 0) this.ask({ do: "rendered", recording, spans });
  }

  /** Ends the viewing with it. */
  close(): void {
    this.#over = true;
    this.#socket.close(1000);
  }
}
