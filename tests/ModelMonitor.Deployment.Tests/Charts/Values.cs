namespace ModelMonitor.Deployment.Tests.Charts;

/// <summary>Values of the chart, by what they are for.</summary>
internal static class Values
{
    /// <summary>What every other one is laid over.</summary>
    public const string Least = """
        config:
          models:
            churn:
              version: "7"
              task: binary
              onnx: /models/churn.onnx
              baseline: /models/baseline.json
              inputs: { input: [age, tenure, plan_price] }
              columns: { id: request_id, time: ts, label: churned }
              reference: { train: /models/train.arrows, holdout: /models/holdout.arrows }
              targets: { roc_auc: 0.7 }
        """;

    public static IReadOnlyDictionary<string, string> Matrix { get; } = new Dictionary<string, string>
    {
        ["least"] = "{}",
        ["sidecar"] = "{ mode: sidecar, podMonitor: { enabled: true } }",
        ["sidecar, all of it"] = """
            mode: sidecar
            flight: { enabled: true }
            url: http://churn.ml.svc:8080/monitor
            state: { kind: external }
            model: { podVolume: model, subPath: churn }
            sidecar: { readiness: true }
            podMonitor: { enabled: true, interval: 1m, labels: { release: prometheus }, relabelings: [{ action: labeldrop, regex: pod_template_hash }] }
            prometheusRule: { enabled: true }
            dashboards: { enabled: true }
            """,
        ["sidecar whose Jobs come back"] = """
            mode: sidecar
            flight: { enabled: true }
            sidecar: { http: pod }
            url: http://churn-monitor.ml.svc:9464
            config:
              actions:
                retrain: { hook: kubernetes-job, options: { template: /etc/modelmonitor/retrain-job.yaml } }
            jobTemplate:
              apiVersion: batch/v1
              kind: Job
              metadata: { name: retrain }
              spec: { template: { spec: { restartPolicy: Never, containers: [{ name: train, image: registry.example/train:1 }] } } }
            """,
        ["operated"] = """
            flight: { enabled: true }
            serviceMonitor: { enabled: true, interval: 15s, labels: { release: prometheus }, metricRelabelings: [{ action: drop, sourceLabels: [__name__], regex: go_.* }] }
            prometheusRule: { enabled: true, labels: { release: prometheus } }
            dashboards: { enabled: true, annotations: { grafana_folder: Models } }
            """,
        ["fenced"] = """
            flight: { enabled: true }
            networkPolicy:
              enabled: true
              clients: [{ podSelector: { matchLabels: { app: churn } } }]
              scrapers: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: monitoring } } }]
              restrictEgress: true
              egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 443, protocol: TCP }] }]
            podDisruptionBudget: { enabled: true }
            """,
        ["gpu"] = """
            gpu: { enabled: true, count: 2 }
            runtimeClassName: nvidia
            nodeSelector: { nvidia.com/gpu.present: "true" }
            tolerations: [{ key: nvidia.com/gpu, operator: Exists, effect: NoSchedule }]
            """,
        ["model from a claim"] = "{ model: { claim: churn-model, subPath: v7 }, state: { existingClaim: churn-state } }",
        ["model from an image"] = "{ model: { image: registry.example/churn-model:7 } }",
        ["model copied first"] = """{ model: { init: { image: registry.example/churn-model:7, command: [cp, -R, /model/., /models/], env: [{ name: A, value: b }] } } }""",
        ["model from elsewhere"] = "{ model: { volume: { nfs: { server: files.example, path: /models } } } }",
        ["many without a claim"] = "{ replicas: 3, state: { kind: emptyDir, sizeLimit: 1Gi }, podDisruptionBudget: { enabled: true, minAvailable: 50% } }",
        ["jobs"] = """
            config:
              actions:
                retrain: { hook: kubernetes-job, timeout: 6h, options: { template: /etc/modelmonitor/retrain-job.yaml, namespace: training } }
            jobTemplate:
              apiVersion: batch/v1
              kind: Job
              metadata: { name: retrain }
              spec: { template: { spec: { restartPolicy: Never, containers: [{ name: train, image: registry.example/train:1 }] } } }
            """,
        ["all that is left"] = """
            nameOverride: mm
            image: { repository: registry.example/modelmonitor, digest: "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }
            imagePullSecrets: [{ name: pull }]
            env: [{ name: MODELMONITOR__ACTIONS__NOTIFY__SECRET, valueFrom: { secretKeyRef: { name: hooks, key: secret } } }]
            envFrom: [{ configMapRef: { name: more } }]
            extraVolumes: [{ name: certificates, secret: { secretName: ca } }]
            extraVolumeMounts: [{ name: certificates, mountPath: /etc/ssl/own, readOnly: true }]
            service: { type: LoadBalancer, annotations: { a: b } }
            serviceAccount: { create: false, name: ml }
            state: { storageClass: fast, accessMode: ReadWriteOncePod, size: 50Gi }
            podAnnotations: { a: b }
            podLabels: { team: churn }
            priorityClassName: high
            affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions: [{ key: a, operator: Exists }] }] } } }
            topologySpreadConstraints: [{ maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: { matchLabels: { a: b } } }]
            """,
    };

    public static TheoryData<string> Names => [.. Matrix.Keys];
}
