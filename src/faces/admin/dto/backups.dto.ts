import type { StoredBackup } from '../stored-backups.store.js';
import { Told } from './fields.js';

export class BackupDto {
  @Told('Its name, by which it is asked for.', {
    type: String,
    example: 'rooftop-2026-03-14T19-40-00-000Z.backup.gz',
  })
  name!: string;

  @Told('Size of the file.', { type: 'integer' })
  bytes!: number;

  @Told('When the file was stored.', { type: String, format: 'date-time' })
  storedAt!: string;
}

export class BackupsDto {
  @Told('Every backup in the data folder, the newest first.', { type: [BackupDto] })
  items!: BackupDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export class TableCountDto {
  @Told('The table.', { type: String })
  table!: string;

  @Told('Rows in it.', { type: 'integer' })
  rows!: number;
}

export class RestoreDto {
  @Told('The backup that is restored.', { type: String })
  name!: string;

  @Told('The moment it holds.', { type: String, format: 'date-time' })
  createdAt!: string;

  @Told('What it brings.', { type: [TableCountDto] })
  tables!: TableCountDto[];

  @Told(
    'The backup of the data as it was until now: restore it to undo this. Null where the database was too damaged to be read; its file is kept.',
    { type: String, nullable: true },
  )
  safety!: string | null;
}

export function toBackupDto({ name, bytes, storedAt }: StoredBackup): BackupDto {
  return { name, bytes, storedAt: new Date(storedAt).toISOString() };
}
