import type { PresentedCategory } from '../../src/core/xtream/present-categories.js';
import type { LiveChannel } from '../../src/core/xtream/present-live.js';
import type { PresentedAccount, PublicBase } from '../../src/core/xtream/present-user.js';

/** 2026-03-14 19:40:00 UTC, the standing moment of the golden answers. */
export const NOW = Date.UTC(2026, 2, 14, 19, 40, 0) / 1000;

export interface BuiltAccount extends PresentedAccount {
  readonly id: number;
  readonly isAdmin: boolean;
  readonly allowedCategoryIds: readonly number[] | null;
  readonly joinBehindSeconds: number | null;
  readonly slates: boolean | null;
  readonly transcodeProfile: 'aac' | '720p' | '480p' | 'ladder' | null;
}

export function anAccount(changes: Partial<BuiltAccount> = {}): BuiltAccount {
  return {
    id: 1,
    username: 'ines',
    status: 'Active',
    isTrial: false,
    isAdmin: false,
    maxConnections: 2,
    createdAt: 1_735_689_600,
    expiresAt: null,
    allowedCategoryIds: null,
    allowedOutputFormats: ['ts', 'm3u8'],
    joinBehindSeconds: null,
    slates: null,
    transcodeProfile: null,
    ...changes,
  };
}

export function aChannel(changes: Partial<LiveChannel> = {}): LiveChannel {
  const id = changes.id ?? 101;
  return {
    id,
    num: id - 100,
    name: `Canal ${id}`,
    categoryId: 1,
    logo: '',
    epgChannelId: '',
    addedAt: 1_735_689_600,
    isAdult: false,
    archiveDays: 0,
    ...changes,
  };
}

export interface BuiltCategory extends PresentedCategory {
  readonly kind: 'live' | 'vod' | 'series';
  readonly position: number;
}

export function aCategory(changes: Partial<BuiltCategory> = {}): BuiltCategory {
  const id = changes.id ?? 1;
  return { id, kind: 'live', name: `Group ${id}`, parentId: null, position: id, ...changes };
}

export function aBase(changes: Partial<PublicBase> = {}): PublicBase {
  return {
    protocol: 'http',
    hostname: 'tv.home.test',
    port: 8080,
    url: 'http://tv.home.test:8080',
    ...changes,
  };
}
