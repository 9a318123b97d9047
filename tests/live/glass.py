"""Reads the clock burnt into a picture back from a page's video: how old is what is on the screen?"""

from __future__ import annotations

from playwright.sync_api import Page

# In each presented frame: the 32 blocks at the top, against this machine's clock.
_WATCH = """
selector => {
  const video = document.querySelector(selector);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  window.glass = [];
  const look = () => {
    const width = video.videoWidth;
    if (width) {
      const now = Date.now();
      const block = Math.floor(width / 32);
      canvas.width = width;
      canvas.height = 1;
      context.drawImage(video, 0, block >> 1, width, 1, 0, 0, width, 1);
      const row = context.getImageData(0, 0, width, 1).data;
      let clock = 0;
      for (let bit = 0; bit < 32; bit += 1) clock = clock * 2 + (row[(bit * block + (block >> 1)) * 4] > 128 ? 1 : 0);
      window.glass.push(((now % 4294967296) - clock + 4294967296) % 4294967296);
    }
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
}
"""


def watch_clock(page: Page, selector: str = ".live-stage video") -> None:
    """Begin to collect; once per page and video."""
    page.evaluate(_WATCH, selector)


def ages_ms(page: Page) -> list[float]:
    """Ages of the pictures presented since the last call."""
    found: list[float] = page.evaluate("window.glass.splice(0)")
    return found
