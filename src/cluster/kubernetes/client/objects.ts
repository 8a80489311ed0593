/** The fields of Kubernetes objects that are read here. Objects that are written back keep all their other fields. */

export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly deletionTimestamp?: string;
  readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[];
  readonly managedFields?: readonly { readonly manager?: string; readonly time?: string }[];
}

export interface List<T> {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly T[];
}

export interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

export interface Deployment {
  readonly metadata: Metadata;
  readonly spec: {
    readonly replicas?: number;
    readonly selector: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template: {
      readonly metadata?: Pick<Metadata, 'labels' | 'annotations'>;
      readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] };
    };
  };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}

/** The scale subresource. */
export interface Scale {
  readonly metadata: Metadata;
  readonly spec: { readonly replicas?: number };
}

export interface HpaScaling {
  readonly selectPolicy?: string;
  readonly [field: string]: unknown;
}

/** autoscaling/v2. */
export interface HpaSpec {
  readonly scaleTargetRef: { readonly apiVersion?: string; readonly kind: string; readonly name: string };
  readonly minReplicas?: number;
  readonly maxReplicas: number;
  readonly metrics?: readonly unknown[];
  readonly behavior?: { readonly scaleUp?: HpaScaling; readonly scaleDown?: HpaScaling };
}

export interface Hpa {
  readonly metadata: Metadata;
  readonly spec: HpaSpec;
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number };
}

export interface Pod {
  readonly metadata: Metadata;
  readonly spec: { readonly nodeName?: string; readonly containers: readonly Container[] };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly restartCount?: number;
      readonly state?: { readonly waiting?: { readonly reason?: string }; readonly terminated?: object };
    }[];
  };
}

export interface Service {
  readonly metadata: Metadata;
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly type?: string;
    readonly ports?: readonly { readonly name?: string; readonly port: number }[];
  };
}

export interface Ingress {
  readonly metadata: Metadata;
  readonly spec: {
    readonly defaultBackend?: IngressBackend;
    readonly rules?: readonly { readonly http?: { readonly paths: readonly { readonly backend: IngressBackend }[] } }[];
  };
}

export interface IngressBackend {
  readonly service?: { readonly name: string };
}

export interface Node {
  readonly metadata: Metadata;
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}

/** The body of an API server's refusal. */
export interface Status {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
}
