// JSON Schemas that several routes share.

export const RUN_PARAMS = {
  type: 'object',
  properties: { id: { type: 'string', pattern: '^[a-z0-9-]+$', maxLength: 40 } },
  required: ['id'],
} as const;

export const GENERATION = { type: 'integer', minimum: 0, maximum: 0xffffffff } as const;

/** What everyone may read who has any token. */
export const ANYONE = ['worker', 'viewer', 'admin'] as const;
export const VIEWERS = ['viewer', 'admin'] as const;
