/** The JSON Schemas of the language, one per kind, compiled on first use. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import common from '../../../schemas/common.schema.json' with { type: 'json' };
import cluster from '../../../schemas/cluster.schema.json' with { type: 'json' };
import mission from '../../../schemas/mission.schema.json' with { type: 'json' };
import organization from '../../../schemas/organization.schema.json' with { type: 'json' };
import role from '../../../schemas/role.schema.json' with { type: 'json' };
import scenario from '../../../schemas/scenario.schema.json' with { type: 'json' };
import training from '../../../schemas/training.schema.json' with { type: 'json' };
import transfer from '../../../schemas/transfer.schema.json' with { type: 'json' };

/** Kinds in the order in which objects refer to one another. */
export const KINDS = ['Cluster', 'Role', 'Mission', 'Organization', 'Scenario', 'Training', 'Transfer'] as const;
export type Kind = (typeof KINDS)[number];

export const API_VERSION = common.$defs.apiVersion.const;

export const COMMON_SCHEMA: object = common;
export const SCHEMAS: Readonly<Record<Kind, object>> = {
  Cluster: cluster,
  Role: role,
  Mission: mission,
  Organization: organization,
  Scenario: scenario,
  Training: training,
  Transfer: transfer,
};

const ajv = new Ajv2020({
  allErrors: true,
  verbose: true, // messages need the schema part that was not met
  discriminator: true,
  useDefaults: true, // the schemas are the only place of defaults that need no other value
  allowUnionTypes: true,
  strict: true,
  strictRequired: false, // "exactly one of" asks for keys that are described beside it
}).addSchema(common);
const compiled = new Map<Kind, ValidateFunction>();

/** Checks a value and fills in defaults. Its errors are valid until the next call. */
export function validatorOf(kind: Kind): ValidateFunction {
  const known = compiled.get(kind);
  if (known) return known;
  const validator = ajv.compile(SCHEMAS[kind]);
  compiled.set(kind, validator);
  return validator;
}
