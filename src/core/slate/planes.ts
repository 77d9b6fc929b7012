import type { Planes } from './still-video.js';

/** 8-bit RGB pixels (three bytes each, rows without padding) as BT.709 planes. Sides must be even. */
export function planesOf(rgb: Uint8Array, width: number, height: number): Planes {
  const luma = new Uint8Array(width * height);
  const cb = new Uint8Array((width * height) / 4);
  const cr = new Uint8Array((width * height) / 4);
  for (let pixel = 0; pixel < luma.length; pixel++) {
    luma[pixel] = Math.round(16 + lightness(rgb, pixel * 3) * (219 / 255));
  }
  for (let y = 0, at = 0; y < height; y += 2) {
    for (let x = 0; x < width; x += 2, at++) {
      const corners = [y * width + x, y * width + x + 1, (y + 1) * width + x, (y + 1) * width + x + 1];
      let red = 0;
      let blue = 0;
      let light = 0;
      for (const corner of corners) {
        red += value(rgb, corner * 3);
        blue += value(rgb, corner * 3 + 2);
        light += lightness(rgb, corner * 3);
      }
      cb[at] = Math.round(128 + ((blue - light) / 4 / 1.8556) * (224 / 255));
      cr[at] = Math.round(128 + ((red - light) / 4 / 1.5748) * (224 / 255));
    }
  }
  return { width, height, luma, cb, cr };
}

function lightness(rgb: Uint8Array, at: number): number {
  return 0.2126 * value(rgb, at) + 0.7152 * value(rgb, at + 1) + 0.0722 * value(rgb, at + 2);
}

function value(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}
