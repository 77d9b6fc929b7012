import { Module } from '@nestjs/common';
import { AppConfig } from '../../platform/config/app-config.js';
import { SettingsService } from '../../platform/settings/settings.service.js';
import { CredentialsService } from '../../users/credentials.service.js';
import { Door } from './door.js';
import { FileSender } from './file-sender.js';
import { PlayerCalls } from './player-call.js';
import { PlayerGate } from './player-gate.js';
import { CREDENTIALS, PUBLIC_SERVER } from './ports.js';
import type { PublicServerSettings } from './ports.js';

/** What the faces of players share. Needs the domain and the platform from a global module. */
@Module({
  providers: [
    { provide: CREDENTIALS, useExisting: CredentialsService },
    {
      provide: PUBLIC_SERVER,
      useFactory: publicServer,
      inject: [AppConfig, SettingsService],
    },
    Door,
    FileSender,
    PlayerCalls,
    PlayerGate,
  ],
  exports: [Door, FileSender, PlayerCalls, PlayerGate, PUBLIC_SERVER, CREDENTIALS],
})
export class SharedFacesModule {}

/** The configuration, and over it what was set since the start. */
function publicServer({ server }: AppConfig, settings: SettingsService): PublicServerSettings {
  return {
    publicUrl: server.publicUrl,
    trustedProxies: server.trustedProxies,
    get timezone() {
      return settings.current.timezone ?? server.timezone;
    },
    get message() {
      return settings.current.message;
    },
  };
}
