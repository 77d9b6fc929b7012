import { setFlagsFromString } from 'node:v8';

/**
 * Lets the heap double before it is collected again. Rings of streams count as external memory: tens of megabytes a
 * second that come and go beside a small heap, for which V8 would otherwise walk the whole heap several times a second.
 * To be called at the start; costs some tens of megabytes.
 */
export function relaxHeapGrowth(): void {
  setFlagsFromString('--heap-growing-percent=100');
}
