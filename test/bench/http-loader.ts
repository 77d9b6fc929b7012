import { load } from './http-load.js';
import { serveParent } from './streams/child.js';

/** Asks for the parent, so that its work and that of the server do not share a thread. */
serveParent({ load });
