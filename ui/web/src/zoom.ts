/* SPDX-License-Identifier: Apache-2.0
 *
 * Deep zoom: one page in tiles of our own image service (IIIF level 1), so that a large scan is
 * looked at closely without being loaded whole. Fetched when somebody first zooms in.
 *
 * <deep-zoom side="12-3-a" turn="0" factor="2"></deep-zoom>: `factor` times the width of the box.
 * Drag, wheel and arrows move it. Coordinates are pixels of the page; scale is CSS pixels a pixel.
 */
interface Info {
  width: number;
  height: number;
  tiles?: Array<{ width: number; height?: number; scaleFactors: number[] }>;
}

interface Tile {
  address: string;
  left: number;
  top: number;
  width: number;
  height: number;
}

const TILE_PX = 512;
const STEP_PX = 80;
/* What leaves the box is kept so far around it. */
const MARGIN_PX = 256;

class DeepZoom extends HTMLElement {
  static observedAttributes = ['side', 'turn', 'factor'];
  private info: Info | undefined;
  private shown = new Map<string, HTMLImageElement>();
  private scale = 1;
  private left = 0;
  private top = 0;
  private asked = 0;
  private grip: { x: number; y: number } | undefined;
  private readonly sizes = new ResizeObserver(() => this.fit());

  connectedCallback(): void {
    this.addEventListener('wheel', (event) => { event.preventDefault(); this.move(event.deltaX, event.deltaY); }, { passive: false });
    this.addEventListener('pointerdown', (event) => { this.grip = { x: event.clientX, y: event.clientY }; this.setPointerCapture(event.pointerId); });
    this.addEventListener('pointerup', () => { this.grip = undefined; });
    this.addEventListener('pointermove', (event) => {
      if (!this.grip) return;
      this.move(this.grip.x - event.clientX, this.grip.y - event.clientY);
      this.grip = { x: event.clientX, y: event.clientY };
    });
    this.addEventListener('keydown', (event) => this.onKey(event));
    this.sizes.observe(this);
  }

  disconnectedCallback(): void {
    this.sizes.disconnect();
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return;
    if (name === 'factor') this.fit();
    else void this.load();
  }

  /* The newest page that was asked for counts; a slower answer for another is dropped. */
  private async load(): Promise<void> {
    const mine = ++this.asked;
    const answer = await fetch(`${this.address()}/info.json`, { cache: 'no-store' });
    if (!answer.ok || mine !== this.asked) return;
    const info = await answer.json() as Info;
    if (mine !== this.asked) return;
    this.info = info;
    this.replaceChildren();
    this.shown.clear();
    this.left = this.top = 0;
    this.fit();
  }

  private address(): string {
    return `/api/v1/iiif/${this.getAttribute('side') ?? ''}`;
  }

  /* The middle stays in the middle. */
  private fit(): void {
    if (!this.info || this.clientWidth === 0) return;
    const scale = this.clientWidth / this.info.width * Number(this.getAttribute('factor') ?? 1);
    const x = (this.left + this.clientWidth / 2) / this.scale;
    const y = (this.top + this.clientHeight / 2) / this.scale;
    const fresh = this.shown.size === 0;
    this.scale = scale;
    this.left = fresh ? 0 : x * scale - this.clientWidth / 2;
    this.top = fresh ? 0 : y * scale - this.clientHeight / 2;
    this.move(0, 0);
  }

  private move(right: number, down: number): void {
    if (!this.info) return;
    this.left = Math.max(0, Math.min(this.left + right, this.info.width * this.scale - this.clientWidth));
    this.top = Math.max(0, Math.min(this.top + down, this.info.height * this.scale - this.clientHeight));
    this.draw(this.info);
  }

  private onKey(event: KeyboardEvent): void {
    const step: Record<string, [number, number]> = {
      ArrowLeft: [-STEP_PX, 0], ArrowRight: [STEP_PX, 0], ArrowUp: [0, -STEP_PX], ArrowDown: [0, STEP_PX],
    };
    const by = event.ctrlKey || event.altKey || event.shiftKey ? undefined : step[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(by[0], by[1]);
  }

  /* The coarsest of the service's scales that is still sharp here. */
  private scaleFactor(info: Info): number {
    const factors = info.tiles?.[0]?.scaleFactors ?? [1];
    const sharp = 1 / (this.scale * devicePixelRatio);
    return Math.max(1, ...factors.filter((factor) => factor <= sharp));
  }

  private tiles(info: Info): Tile[] {
    const factor = this.scaleFactor(info);
    const side = (info.tiles?.[0]?.width ?? TILE_PX) * factor;
    const from = (at: number) => Math.max(0, Math.floor((at - MARGIN_PX) / this.scale / side)) * side;
    const list: Tile[] = [];
    for (let y = from(this.top); y < Math.min(info.height, (this.top + this.clientHeight + MARGIN_PX) / this.scale); y += side)
      for (let x = from(this.left); x < Math.min(info.width, (this.left + this.clientWidth + MARGIN_PX) / this.scale); x += side) {
        const width = Math.min(side, info.width - x);
        const height = Math.min(side, info.height - y);
        list.push({ address: `${this.address()}/${x},${y},${width},${height}/${Math.ceil(width / factor)},/0/default.jpg`, left: x, top: y, width, height });
      }
    return list;
  }

  private draw(info: Info): void {
    const wanted = this.tiles(info);
    const keep = new Set(wanted.map((tile) => tile.address));
    for (const [address, image] of this.shown)
      if (!keep.has(address)) {
        image.remove();
        this.shown.delete(address);
      }
    for (const tile of wanted) {
      let image = this.shown.get(tile.address);
      if (!image) {
        image = new Image();
        image.alt = '';
        image.draggable = false;
        image.src = tile.address;
        this.shown.set(tile.address, image);
        this.append(image);
      }
      /* Whole pixels, so that no line shows between tiles. */
      const left = Math.round(tile.left * this.scale - this.left);
      const top = Math.round(tile.top * this.scale - this.top);
      Object.assign(image.style, {
        left: `${left}px`, top: `${top}px`,
        width: `${Math.round((tile.left + tile.width) * this.scale - this.left) - left}px`,
        height: `${Math.round((tile.top + tile.height) * this.scale - this.top) - top}px`,
      });
    }
  }
}

customElements.define('deep-zoom', DeepZoom);

export {};
