// The files that credentials and certificates come from, under the names of their settings.

import { AppError, messageOf } from '../../lib/errors.ts';
import { type SecretFile, secretFile } from '../../lib/secret-file.ts';

export const CREDENTIAL_SETTINGS = [
  'INVENTORY_BEARER_TOKEN_FILE',
  'INVENTORY_BASIC_AUTH_FILE',
  'INVENTORY_HEADERS_FILE',
  'INVENTORY_OAUTH2_FILE',
  'INVENTORY_CA_FILE',
  'INVENTORY_CERT_FILE',
  'INVENTORY_KEY_FILE',
] as const;

export type CredentialSetting = (typeof CREDENTIAL_SETTINGS)[number];

/** Paths; undefined for a file that is not used. */
export type CredentialFiles = Readonly<Record<CredentialSetting, string | undefined>>;

const EXCLUSIVE = [
  'INVENTORY_BEARER_TOKEN_FILE',
  'INVENTORY_BASIC_AUTH_FILE',
  'INVENTORY_OAUTH2_FILE',
] as const;
/** The authorities of a whole system fit. */
const MAX_PEM_BYTES = 1_048_576;

/** One line for each thing that does not go together. */
export function conflictsOf(isSet: (setting: CredentialSetting) => boolean): string[] {
  const rivals = EXCLUSIVE.filter(isSet);
  return [
    ...(rivals.length > 1
      ? [`${rivals.join(' and ')} exclude each other: a request takes one credential`]
      : []),
    ...(isSet('INVENTORY_KEY_FILE') && !isSet('INVENTORY_CERT_FILE')
      ? ['INVENTORY_KEY_FILE is of no use without INVENTORY_CERT_FILE']
      : []),
  ];
}

/** Makes a value of the text in a setting's file. */
export interface CredentialFile<Value> {
  readonly setting: CredentialSetting;
  /** @throws AppError `credentials` that names setting, file and reason, and nothing of what is in it. */
  read(): Promise<Value>;
}

/**
 * The file of a setting, if it is used. As long as its text stays as it is, the same value is given again.
 * @param parse throws Error that says what is wrong with the text without repeating it.
 */
export function credentialFile<Value>(
  files: CredentialFiles,
  setting: CredentialSetting,
  parse: (text: string) => Value,
): CredentialFile<Value> | undefined {
  const path = files[setting];
  if (path === undefined) return undefined;
  const file = secretFile(path, /_(CA|CERT|KEY)_/.test(setting) ? MAX_PEM_BYTES : undefined);
  let last: { readonly text: string; readonly value: Value } | undefined;
  return {
    setting,
    async read() {
      const text = await readText(setting, file);
      if (last?.text !== text) last = { text, value: parseText(setting, path, () => parse(text)) };
      return last.value;
    },
  };
}

async function readText(setting: CredentialSetting, file: SecretFile): Promise<string> {
  try {
    return await file.read();
  } catch (error) {
    throw unusable(setting, messageOf(error));
  }
}

function parseText<Value>(setting: CredentialSetting, path: string, parse: () => Value): Value {
  try {
    return parse();
  } catch (error) {
    throw unusable(setting, `cannot use ${path}: ${messageOf(error)}`);
  }
}

/** What is wrong with a setting's file, as the failure of a poll. No cause: it may hold what the file holds. */
export function unusable(setting: CredentialSetting, why: string): AppError {
  return new AppError('credentials', `cannot fetch inventory: ${setting}: ${why}`);
}
