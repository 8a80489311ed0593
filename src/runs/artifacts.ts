/** Names of the files that jobs leave for other jobs and for views: below artifacts/, but for the report. */

/** Folder of a twin (modeling/twin.ts saveTwin), and the report on it (TwinReport). */
export const TWIN_FOLDER = 'twin';
export const TWIN_REPORT_FILE = 'twin-report.json';
/** Folder of policies, <training seed>.bin each (training/policy.ts packPolicies). */
export const POLICIES_FOLDER = 'policies';
/** Analysis. */
export const ANALYSIS_FILE = 'analysis.json';
/** ClusteringData: what views of the groups need beside it. */
export const CLUSTERING_FILE = 'clustering.json';
/** Folder of trajectories: <training seed>.bin (analyzing/trajectories.ts packTrajectories) and .parquet each. */
export const TRAJECTORIES_FOLDER = 'trajectories';
/** Version of the layout of <training seed>.bin. */
export const TRAJECTORIES_FORMAT = 2;
/** What was inferred, in the language of the specifications. */
export const INFERRED_ROLES_FILE = 'inferred-roles.karma.yaml';
export const INFERRED_GOALS_FILE = 'inferred-goals.karma.yaml';
/** For numpy.load: distances of the action sequences, condensed, and their linkage matrix, both in SciPy's conventions. */
export const DISTANCES_FILE = 'distances.npy';
export const LINKAGE_FILE = 'linkage.npy';
/** Evaluation. */
export const EVALUATION_FILE = 'evaluation.json';
/** Its tables: as text for a terminal, as Markdown, and its episodes one a line. */
export const TABLES_FILE = 'evaluation.txt';
export const MARKDOWN_TABLES_FILE = 'evaluation.md';
export const EPISODES_FILE = 'evaluation.csv';
/** What a transfer did, one AuditRecord a line, and how it ended (TransferSummary). */
export const AUDIT_FILE = 'audit.jsonl';
export const TRANSFER_FILE = 'transfer.json';
/** The HPAs as they were before a transfer (OriginalHpas). */
export const ORIGINAL_HPAS_FILE = 'original-hpas.json';
/** The trace store of a run of all phases. */
export const TRACES_FILE = 'traces.sqlite';
/** In the directory of a seed: its policies. */
export const SEED_POLICIES_FILE = 'policies.bin';
/** In the run directory itself: the report of a run of all phases. */
export const REPORT_FILE = 'report.html';
/** What the exploration wrote to the cluster while traces were collected, one AuditRecord a line. */
export const COLLECT_AUDIT_FILE = 'collect-audit.jsonl';
