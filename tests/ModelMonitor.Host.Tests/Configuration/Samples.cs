namespace ModelMonitor.Host.Tests.Configuration;

/// <summary>Configurations of three real cases, and a file that uses every section.</summary>
internal static class Samples
{
    public const string Flights = """
        # US flights, January 2001 as reference: will this flight arrive 15 or more minutes late?
        models:
          flights:
            version: "2001-01"
            task: binary
            onnx: model.onnx
            inputs:
              input: [hour, day_of_week, distance, origin_late_rate, destination_late_rate, origin_recent_late, destination_recent_late]
            score: { output: probabilities, positive: 1 }
            threshold: 0.3
            columns: { id: entity_id, time: ts, label: label, label_time: label_ts }
            reference: { train: reference_train.arrows, holdout: reference_holdout.arrows }
            baseline: baseline.json
            targets: { roc_auc: 0.7 }
            label_delay: 1d
        windows:
          day:   { size: 1d, schedule: "0 0/5 * * * ?" }
          week:  { size: 7d, schedule: "0 0 * * * ?" }
          month: { size: 30d, schedule: "0 0 * * * ?" }
        retention: { panes: 400d, evaluations: 400d, waiting_predictions: 30d }
        """;

    public const string Birdstrikes = """
        # Aircraft struck by birds, 1990-1995 as reference: was the aircraft damaged? Text columns, a column with nulls, one model input per column.
        # "state" is no input of the model; it is watched for drift all the same.
        models:
          birdstrikes:
            version: "1995"
            task: binary
            onnx: model.onnx
            inputs:
              phase_of_flight: phase_of_flight
              wildlife_size: wildlife_size
              time_of_day: time_of_day
              operator: operator
              speed_knots: speed_knots
              is_military: is_military
            score: { output: output_probability, positive: 1 }
            threshold: 0.2
            columns: { id: entity_id, time: ts, label: label, label_time: label_ts }
            reference: { train: reference_train.arrows, holdout: reference_holdout.arrows }
            baseline: baseline.json
            targets: { roc_auc: 0.75 }
            label_delay: 45d
        windows:
          month:   { size: 30d, schedule: "0 0 * * * ?" }
          quarter: { size: 91d, schedule: "0 0 * * * ?" }
          year:    { size: 365d, schedule: "0 0 0 * * ?" }
        retention: { panes: 3000d, evaluations: 3000d, waiting_predictions: 60d }
        """;

    public const string Chicago = """
        # Thousands of people a day entering the Clark/Lake station in Chicago, 2001-2003 as reference; regression. Two models: a sound one and one that is
        # overfitted on purpose. Three whole-number columns are categories.
        models:
          chicago:
            version: "2003"
            task: regression
            onnx: model.onnx
            inputs:
              X: [Clark_Lake, Washington_Wells, Quincy_Wells, Belmont, Austin, temp, percip, weather_snow, Cubs_Home, day_of_week, month]
            score: { output: variable }
            columns: { id: entity_id, time: ts, label: y_true, label_time: label_ts }
            categorical: [Cubs_Home, day_of_week, month]
            reference: { train: reference_train.arrows, holdout: reference_holdout.arrows }
            baseline: baseline.json
            targets: { r2: 0.8 }
            label_delay: 2d
          chicago_overfit:
            version: "2003-overfit"
            task: regression
            onnx: model_overfit.onnx
            inputs:
              X: [Clark_Lake, Washington_Wells, Quincy_Wells, Belmont, Austin, temp, percip, weather_snow, Cubs_Home, day_of_week, month]
            score: { output: variable }
            columns: { id: entity_id, time: ts, label: y_true, label_time: label_ts }
            categorical: [Cubs_Home, day_of_week, month]
            reference: { train: reference_train.arrows, holdout: reference_holdout.arrows }
            baseline: baseline.chicago_overfit.json
            targets: { r2: 0.8 }
            label_delay: 2d
        windows:
          month: { size: 30d, schedule: "0 0 * * * ?" }
          year:  { size: 365d, schedule: "0 0 0 * * ?" }
        retention: { panes: 6000d, evaluations: 6000d, waiting_predictions: 60d }
        """;

    public const string EverySection = """
        listen:
          http: 127.0.0.1:9464
          metrics: 0.0.0.0:9465
        state: ./store
        models:
          flights:
            version: "2001-01"
            task: binary
            onnx: model.onnx
            device: [cuda, cpu]
            inputs:
              input: [hour, day_of_week, distance, origin_late_rate]
            score: { output: probabilities, positive: 1 }
            threshold: 0.3
            columns: { id: entity_id, time: ts, label: label, label_time: label_ts, score: null, version: null }
            label_positive: late
            categorical: [carrier]
            categories: 50
            ignore: [note]
            reference: { train: reference_train.arrows, holdout: reference_holdout.arrows }
            baseline: base/line.json
            targets: { f1: 0.4, roc_auc: 0.7 }
            label_delay: 1d
            join: { sample: 10% }
            gate: refuse
        windows:
          hour: { size: 1h, schedule: "0 * * * * ?" }
          day:  { size: 1d, schedule: "0 0/5 * * * ?" }
        pane: 10m
        lateness: 3m
        retention: { panes: 80d, evaluations: 300d, waiting_predictions: 6w, delivery_keys: 5d }
        rules:
          unstable:    { metric: score_psi, above: 0.2, window: day, for: 2, min_rows: 1000, then: [retrain] }
          shifted:     { metric: psi, feature: inputs, except: [day_of_week], above: 0.2, window: day, for: 2, min_rows: 1000, then: [notify] }
          overfitting: { finding: overfitting, drop: 5%, then: [retrain] }
          decay:       { finding: decay, drop: 5%, window: day, for: 2, min_label_share: 0.8, then: [retrain] }
          weak:        { metric: roc_auc, below: 0.6, window: day, then: notify }
        actions:
          notify:  { hook: webhook, url: "https://example.org/hooks/alerts" }
          retrain: { hook: webhook, url: "https://example.org/hooks/retrain", cooldown: 24h }
        plugins: [ ./plugins ]
        ingest: { max_request: 32MiB, max_decoded: 1GiB, max_queued_rows: 5000, max_future: 90s }
        """;

    /// <summary>The least there can be: a model whose data carry their scores.</summary>
    public const string Least = """
        models:
          m:
            version: "1"
            task: binary
            columns: { score: p }
        """;
}
