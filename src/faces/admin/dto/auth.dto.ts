import type { TokenPair } from '../../../users/admin-auth.service.js';
import { SecretText, Text, Told } from './fields.js';

export class LoginDto {
  @Text({ doc: 'User name of an administrator.', min: 1, max: 64, example: 'owner' })
  username!: string;

  @SecretText({ doc: 'Password.', max: 256 })
  password!: string;
}

export class RefreshDto {
  @SecretText({ doc: 'The refresh token of the last login or renewal; good for one use.', max: 200 })
  refreshToken!: string;
}

export class TokenPairDto implements TokenPair {
  @Told('Goes into the Authorization header of every request, behind "Bearer ".', { type: String })
  accessToken!: string;

  @Told('Buys the next pair when the access token has run out. Used twice, it ends the login.', {
    type: String,
  })
  refreshToken!: string;

  @Told('Seconds until the access token runs out.', { type: 'integer', example: 900 })
  expiresIn!: number;
}

export class MeDto {
  @Told('Id of the account.', { type: 'integer' })
  id!: number;

  @Told('User name.', { type: String })
  username!: string;
}
