import { AppConfig } from '../../src/platform/config/app-config.js';
import type { AppConfigValues } from '../../src/platform/config/app-config.js';
import { fillValues } from '../../src/platform/config/definitions.js';

type Overrides = {
  [K in keyof AppConfigValues]?: AppConfigValues[K] extends string ? string : Partial<AppConfigValues[K]>;
};

/** The documented defaults with the given differences, e.g. `anAppConfig({ streaming: { lingerSeconds: 1 } })`. */
export function anAppConfig(overrides: Overrides = {}): AppConfig {
  const values: Record<string, unknown> = { ...fillValues((setting) => setting.default) };
  for (const [name, difference] of Object.entries(overrides)) {
    values[name] =
      typeof difference === 'string' ? difference : { ...(values[name] as object), ...difference };
  }
  return new AppConfig(values as unknown as AppConfigValues);
}
