/** Settings of a HorizontalPodAutoscaler (autoscaling/v2), as far as it scales on CPU and memory utilization. */

export interface ScalingPolicy {
  readonly type: 'Pods' | 'Percent';
  readonly value: number;
  readonly periodSeconds: number;
}

export interface ScalingRules {
  readonly stabilizationSeconds: number;
  readonly policies: readonly ScalingPolicy[];
  /** Max: the policy that allows the largest change; Min: the smallest; Disabled: no change in this direction. */
  readonly selectPolicy: 'Max' | 'Min' | 'Disabled';
}

export interface HpaSettings {
  /** Target utilization of the requested CPU, share. */
  readonly cpuTarget: number;
  /** Target utilization of the requested memory, share; undefined = memory is not looked at. */
  readonly memoryTarget?: number | undefined;
  /** Relative distance from the target at which nothing is changed. */
  readonly tolerance: number;
  /** At least the service's own minimum and at most its maximum are kept; undefined = these. */
  readonly minReplicas?: number | undefined;
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/** Seconds between two syncs of the HPA controller. */
export const HPA_SYNC = 15;

/** The defaults of Kubernetes, with the 80 % of CPU that an HPA without metrics gets. */
export const DEFAULT_HPA: HpaSettings = {
  cpuTarget: 0.8,
  tolerance: 0.1,
  scaleUp: {
    stabilizationSeconds: 0,
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
    selectPolicy: 'Max',
  },
  scaleDown: {
    stabilizationSeconds: 300,
    policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
    selectPolicy: 'Max',
  },
};
