/** Every code an AppError may carry. `docs/errors.md` documents each; a test holds the two together. */
export const ERROR_CODES = [
  'config_invalid',
  'data_dir_unusable',
  'database_damaged',
  'database_newer',
  'database_unavailable',
  'port_unavailable',
  'not_found',
  'invalid_input',
  'conflict',
  'unauthorized',
  'forbidden',
  'too_many_requests',
  'request_too_large',
  'request_timeout',
  'unsupported_media_type',
  'fetch_blocked',
  'fetch_failed',
  'fetch_too_large',
  'fetch_timeout',
  'list_unreadable',
  'guide_unreadable',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];
