/** Names below artifacts/ of what jobs leave for other jobs and for views. */

/** Folder of a twin (modeling/twin.ts saveTwin). */
export const TWIN_FOLDER = 'twin';
/** Folder of policies, <training seed>.bin each (training/policy.ts packPolicies). */
export const POLICIES_FOLDER = 'policies';
/** What a transfer did, one JSON record a line. */
export const AUDIT_FILE = 'audit.jsonl';
