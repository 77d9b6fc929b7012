/** Injection tokens of the interfaces that have no class at run time. */
export const CLOCK = Symbol('Clock');
export const LOGGER = Symbol('Logger');
/** Keys of this installation, see data-folder. */
export const SECRETS = Symbol('Secrets');
