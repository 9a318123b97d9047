// Where the reader was on each page of this tab's history: how far down, and what a long list had shown. The browser
// restores neither, because what was there is asked for anew. Each step of the history carries a name of its own.

const LONGEST_MS = 4000; // content that comes later than that is not waited for

interface Named {
  place?: string;
}

export class Places {
  #scrolls = new Map<string, number>();
  #kept = new Map<string, unknown>();
  #steps: string[] = []; // of this tab since it was loaded, oldest first
  #current = "";
  #n = 0;
  #arriving: (() => void) | null = null; // ends the restoring of a place
  #drawing = false; // the new page is not drawn yet: where the window stands says nothing

  constructor(private readonly at: Window) {
    at.history.scrollRestoration = "manual";
    this.#current = this.#name();
  }

  /** Is there an earlier page of ours to go back to? */
  get hasBefore(): boolean {
    return this.#steps.indexOf(this.#current) > 0;
  }

  /** The URL has changed: true if it is a step that was there before (back, forward). */
  arrive(): boolean {
    const before = this.#current;
    this.#current = this.#name();
    if (this.#current === before) return false;
    this.#arriving?.();
    this.#drawing = true;
    return this.#scrolls.has(this.#current);
  }

  /** Call after what stands at the new place was drawn; `stay`: it is the same page, which keeps its position. */
  drawn(stay: boolean): void {
    if (!this.#drawing) return;
    this.#drawing = false;
    if (stay) this.#scrolls.set(this.#current, this.at.scrollY);
    else this.#scrollTo(this.#scrolls.get(this.#current) ?? 0);
  }

  /** Keeps the reader's scrolling in mind; returns the function that ends it. */
  follow(): () => void {
    const note = () => {
      // While the place is being restored, the position is not the reader's.
      if (!this.#arriving && !this.#drawing) this.#scrolls.set(this.#current, this.at.scrollY);
    };
    note();
    this.at.addEventListener("scroll", note, { passive: true });
    return () => this.at.removeEventListener("scroll", note);
  }

  /** What a list of this step has shown, under the question that it answered. */
  keep(question: string, shown: unknown): void {
    this.#kept.set(`${this.#current} ${question}`, shown);
  }

  kept<T>(question: string): T | null {
    return (this.#kept.get(`${this.#current} ${question}`) as T | undefined) ?? null;
  }

  /** What one person was shown is not the next one's. */
  forget(): void {
    this.#kept.clear();
    this.#scrolls.clear();
    this.#steps = [this.#current];
  }

  #name(): string {
    const { history } = this.at;
    const known = (history.state as Named | null)?.place;
    if (known) {
      if (!this.#steps.includes(known)) this.#steps.push(known);
      return known;
    }
    this.#n += 1;
    const fresh = `${Math.round(performance.timeOrigin)}-${this.#n}`;
    history.replaceState({ place: fresh } satisfies Named, "");
    // What lay ahead of the page that was left is gone.
    this.#steps = [...this.#steps.slice(0, this.#steps.indexOf(this.#current) + 1), fresh];
    return fresh;
  }

  /** Content may still be coming: tried again as the page grows, until the reader does something. */
  #scrollTo(wanted: number): void {
    const { at } = this;
    at.scrollTo(0, wanted);
    if (wanted === 0 || Math.abs(at.scrollY - wanted) < 2) return;
    const again = () => {
      at.scrollTo(0, wanted);
      if (Math.abs(at.scrollY - wanted) < 2) end();
    };
    const grown = new ResizeObserver(again);
    const timer = at.setTimeout(() => end(), LONGEST_MS);
    const signs = ["wheel", "pointerdown", "keydown", "touchstart"] as const;
    const end = () => {
      grown.disconnect();
      at.clearTimeout(timer);
      for (const sign of signs) at.removeEventListener(sign, end);
      this.#arriving = null;
    };
    this.#arriving = end;
    for (const sign of signs) at.addEventListener(sign, end, { passive: true });
    grown.observe(at.document.body);
  }
}
