import { Inject, Injectable } from '@nestjs/common';
import type { OnModuleInit } from '@nestjs/common';
import type { Writable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { dayOf } from '../core/guide/page.js';
import { SingleFlight } from '../core/util/single-flight.js';
import { crcJoin, crcShift } from '../core/util/crc-combine.js';
import { XMLTV_TAIL } from '../core/xmltv/writer.js';
import type { Clock } from '../platform/clock.js';
import { CLOCK } from '../platform/tokens.js';
import { ByteCache } from './byte-cache.js';
import { entitlementKey, type CatalogEdition, type Encoding } from './catalog-edition.js';
import { CATALOG_OPTIONS } from './catalog-source.js';
import type { CatalogOptions } from './catalog-source.js';
import { CatalogService, type Entitled } from './catalog.service.js';
import { Compressor } from './compress.js';
import type { GuideEdition } from './guide-edition.store.js';
import { GuideEditions } from './guide-editions.js';
import type { ByteRange } from './send-ranges.store.js';
import { Slicer } from './slicer.js';

/** How much of a guide a player wants, in days before and after today; absent = all there is. */
export interface GuideSpan {
  daysBack?: number;
  daysAhead?: number;
}

/** A guide file ready to be sent. */
export interface GuideFile {
  bytes: number;
  /** Strong validator without quotes; another one for each encoding. */
  etag: string;
  /** Epoch seconds; null = the file changes with the day as well. */
  modifiedAt: number | null;
  /** Resolves when all of it is written; rejects when that fails. */
  sendTo: (out: Writable) => Promise<void>;
}

export type GuideFileAnswer = { kind: 'ready'; file: GuideFile } | { kind: 'loading' };

/** What goes before and behind the pieces of an edition, and which pieces. */
interface Plan {
  edition: GuideEdition;
  head: Buffer;
  ranges: ByteRange[];
  tail: Buffer;
  file: Omit<GuideFile, 'sendTo'>;
}

/** Magic, deflate, no name, no time, unknown system. */
const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const BYTES_PER_RANGE = 64;
/** A programme that began this long before the first day may still run on it. */
const REACH_SECONDS = 6 * 3600;
const DAY = 86_400;
const TAIL = Buffer.from(XMLTV_TAIL);

/**
 * `xmltv.php`: the channels of a viewer and the pieces of the edition in service that are his, straight from its file.
 * What to send is worked out once for all who see the same.
 */
@Injectable()
export class GuideFiles implements OnModuleInit {
  private readonly plans: ByteCache<Plan>;
  private readonly planning = new SingleFlight<string, Plan>();
  private readonly compressor = new Compressor();
  private plannedFor: [CatalogEdition, GuideEdition] | undefined;
  private generation = 0;

  constructor(
    private readonly catalog: CatalogService,
    private readonly editions: GuideEditions,
    @Inject(CATALOG_OPTIONS) private readonly options: Pick<CatalogOptions, 'planBytes' | 'sliceMs'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.plans = new ByteCache(options.planBytes, planBytes);
  }

  onModuleInit(): void {
    this.editions.start();
  }

  /** The file of a viewer; gzip stands for a `.gz` file and for a compressed answer alike. */
  async file(viewer: Entitled, span: GuideSpan, encoding: Encoding): Promise<GuideFileAnswer> {
    const edition = await this.editions.current();
    const catalog = this.catalog.current;
    if (edition === undefined || catalog === undefined) return { kind: 'loading' };
    if (this.plannedFor?.[0] !== catalog || this.plannedFor[1] !== edition) {
      this.plannedFor = [catalog, edition];
      this.plans.clear();
      this.generation++;
    }
    const days = this.daysOf(span);
    const allowed = viewer.allowedCategoryIds;
    const key = `${encoding} ${days.first} ${days.last} ${entitlementKey(allowed)}`;
    const plan =
      this.plans.get(key) ??
      (await this.planning.run(`${this.generation} ${key}`, async () => {
        const { generation } = this;
        const made = await this.plan(catalog, edition, viewer, { ...days, isFixed: isWhole(span) }, encoding);
        if (generation === this.generation) this.plans.set(key, made);
        return made;
      }));
    const form = encoding === 'gzip' ? 'packed' : 'plain';
    const sendTo = (out: Writable): Promise<void> => plan.edition.sendTo(out, form, plan);
    return { kind: 'ready', file: { ...plan.file, sendTo } };
  }

  private async plan(
    catalog: CatalogEdition,
    edition: GuideEdition,
    { allowedCategoryIds }: Entitled,
    days: { first: number; last: number; isFixed: boolean },
    encoding: Encoding,
  ): Promise<Plan> {
    const slicer = new Slicer(this.clock, this.options.sliceMs);
    const head = await catalog.guideHead(allowedCategoryIds, (id) => edition.has(id, days));
    const selected = await edition.select(head.guideIds, days, slicer);
    const modifiedAt = days.isFixed ? Math.max(edition.madeAt, catalog.madeAt) : null;
    const etag = `${head.etag}-${selected.crc.toString(36)}-${selected.plainBytes.toString(36)}`;
    if (encoding === 'identity') {
      const bytes = head.bytes.length + selected.plainBytes + TAIL.length;
      return {
        edition,
        head: head.bytes,
        ranges: selected.plain,
        tail: TAIL,
        file: { bytes, etag, modifiedAt },
      };
    }
    const packedHead = Buffer.concat([GZIP_HEAD, await this.compressor.deflatePiece(head.bytes)]);
    const plainBytes = head.bytes.length + selected.plainBytes + TAIL.length;
    const crc = [
      { crc: selected.crc, bytes: selected.plainBytes },
      { crc: crc32(TAIL), bytes: TAIL.length },
    ].reduce((joined, part) => crcJoin(joined, part.crc, crcShift(part.bytes)), crc32(head.bytes));
    const tail = await gzipTail(this.compressor, crc, plainBytes);
    const bytes = packedHead.length + selected.packedBytes + tail.length;
    const file = { bytes, etag: `${etag}-gzip`, modifiedAt };
    return { edition, head: packedHead, ranges: selected.packed, tail, file };
  }

  private daysOf({ daysBack, daysAhead }: GuideSpan): { first: number; last: number } {
    const now = Math.floor(this.clock.now() / 1000);
    return {
      first: daysBack === undefined ? 0 : dayOf(now - daysBack * DAY - REACH_SECONDS),
      last: daysAhead === undefined ? Number.MAX_SAFE_INTEGER : dayOf(now + daysAhead * DAY),
    };
  }
}

function isWhole({ daysBack, daysAhead }: GuideSpan): boolean {
  return daysBack === undefined && daysAhead === undefined;
}

/** The end of the document, the last block of the stream, and what gzip checks it by. */
async function gzipTail(compressor: Compressor, crc: number, plainBytes: number): Promise<Buffer> {
  const check = Buffer.alloc(8);
  check.writeUInt32LE(crc, 0);
  check.writeUInt32LE(plainBytes % 2 ** 32, 4);
  // An empty block that says it is the last one.
  return Buffer.concat([await compressor.deflatePiece(TAIL), Buffer.from([3, 0]), check]);
}

function planBytes({ head, ranges, tail }: Plan): number {
  return head.length + tail.length + ranges.length * BYTES_PER_RANGE;
}
