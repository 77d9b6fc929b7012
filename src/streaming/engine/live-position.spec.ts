import { describe, expect, it } from '@jest/globals';
import { LivePosition } from './live-position.js';

const WALL = 1_800_000_000_000;
const NOW = WALL / 1000;

describe('the live position of a broadcast', () => {
  it('stands still from when it last moved', () => {
    const position = new LivePosition();
    position.note(NOW, 0);
    position.note(NOW + 5, 5_000);
    expect(position.stillMs(5_000, WALL)).toBe(0);
    position.note(NOW + 5, 10_000);
    position.note(null, 12_000);
    expect(position.stillMs(15_000, WALL)).toBe(10_000);
    position.note(NOW + 16, 16_000);
    expect(position.stillMs(17_000, WALL)).toBe(1_000);
  });

  it('is not believed where it never moved, unless it is old', () => {
    const recent = new LivePosition();
    recent.note(NOW - 500, 0);
    expect(recent.stillMs(90_000, WALL)).toBe(0);
    const old = new LivePosition();
    old.note(NOW - 700, 0);
    expect(old.stillMs(90_000, WALL)).toBe(90_000);
  });

  it('is unknown where the engine tells none', () => {
    const position = new LivePosition();
    position.note(null, 0);
    expect(position.stillMs(90_000, WALL)).toBe(0);
  });
});
