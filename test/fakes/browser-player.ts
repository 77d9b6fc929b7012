import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { CHROMIUM } from './services.js';

export type BrowserLibrary = 'hls.js' | 'mpegts.js';

/** What the video element of the page says. */
export interface PlayerState {
  seconds: number;
  frames: number;
  soundBytes: number;
  width: number;
  /** What went wrong for good. */
  fatal: string[];
}

const FILES: Record<BrowserLibrary, string> = {
  'hls.js': 'hls.js/dist/hls.js',
  'mpegts.js': 'mpegts.js/dist/mpegts.js',
};

/** Runs in the page. */
const PAGE_SCRIPT = `
  const video = document.getElementById('video');
  const fatal = [];
  video.addEventListener('error', () => fatal.push('video: ' + (video.error && video.error.message)));
  window.play = (library, url) => {
    if (library === 'hls.js') {
      const hls = new Hls({ enableWorker: false });
      hls.on(Hls.Events.ERROR, (_event, data) => data.fatal && fatal.push(data.type + ' ' + data.details));
      window.hls = hls;
      hls.loadSource(url);
      hls.attachMedia(video);
    } else {
      const player = mpegts.createPlayer({ type: 'mpegts', isLive: true, url }, { enableWorker: false });
      player.on(mpegts.Events.ERROR, (...what) => fatal.push(JSON.stringify(what)));
      player.attachMediaElement(video);
      player.load();
    }
    video.play().catch((error) => fatal.push('play: ' + error.message));
  };
  window.state = () => ({
    seconds: video.currentTime,
    frames: video.getVideoPlaybackQuality().totalVideoFrames,
    soundBytes: video.webkitAudioDecodedByteCount,
    width: video.videoWidth,
    fatal,
  });
`;

/** A real browser without a window, and players of the web in it, on another origin than the server. */
export class BrowserPlayers {
  private constructor(
    private readonly browser: Browser,
    private readonly site: Server,
  ) {}

  static async open(): Promise<BrowserPlayers> {
    const site = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end('<!doctype html><meta charset=utf-8><video id=video muted autoplay playsinline></video>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      headless: true,
      args: [
        '--no-sandbox',
        '--autoplay-policy=no-user-gesture-required',
        '--disable-gpu',
        '--mute-audio',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        '--disable-component-update',
        '--no-proxy-server',
      ],
    });
    return new BrowserPlayers(browser, site);
  }

  async play(library: BrowserLibrary, url: string): Promise<BrowserPlayer> {
    const page = await this.browser.newPage();
    await page.goto(`http://127.0.0.1:${(this.site.address() as AddressInfo).port}/`);
    const code = readFileSync(path.resolve('node_modules', FILES[library]), 'utf8');
    for (const content of [code, PAGE_SCRIPT]) await page.addScriptTag({ content });
    await page.evaluate(`window.play(${JSON.stringify(library)}, ${JSON.stringify(url)})`);
    return new BrowserPlayer(page);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await new Promise((resolve) => this.site.close(resolve));
  }
}

export class BrowserPlayer {
  constructor(private readonly page: Page) {}

  state(): Promise<PlayerState> {
    return this.page.evaluate<PlayerState>('window.state()');
  }

  /** Resolves when it has played so far; throws when it gives up before. */
  async playedTo(seconds: number): Promise<PlayerState> {
    await this.page.waitForFunction(
      `window.state().fatal.length > 0 || window.state().seconds >= ${seconds}`,
      undefined,
      { polling: 100, timeout: 40_000 },
    );
    const state = await this.state();
    if (state.fatal.length > 0) throw new Error(state.fatal.join('; '));
    return state;
  }

  /** Of hls.js, which sorts the rungs of a ladder by their bits: stays with this one from now on. */
  async choose(rung: 'smallest' | 'largest'): Promise<void> {
    const level = rung === 'smallest' ? '0' : 'window.hls.levels.length - 1';
    await this.page.evaluate(`window.hls.nextLevel = ${level}`);
  }

  /** Resolves when the picture is so wide; throws when it gives up before. */
  async shows(width: number): Promise<PlayerState> {
    await this.page.waitForFunction(
      `window.state().fatal.length > 0 || window.state().width === ${width}`,
      undefined,
      { polling: 100, timeout: 60_000 },
    );
    return this.state();
  }

  close(): Promise<void> {
    return this.page.close();
  }
}
