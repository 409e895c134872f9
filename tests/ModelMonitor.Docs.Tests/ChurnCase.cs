using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Host.Tests.Scoring;

namespace ModelMonitor.Docs.Tests;

/// <summary>The model of the pages, made small and true: who churns, by age, tenure and price; the files have the names that the pages use.</summary>
internal static class ChurnCase
{
    private static readonly DateTimeOffset s_june = new(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] s_plans = ["basic", "family", "pro"];

    /// <summary>monitor.yaml of the pages that do not write their own.</summary>
    public const string Configuration = """
        models:
          churn:
            version: "7"
            task: binary
            onnx: churn.onnx
            inputs: { input: [age, tenure, plan_price] }
            score: { output: probabilities, positive: 1 }
            columns: { id: request_id, time: ts, label: churned, label_time: label_ts }
            reference: { train: train.arrows, holdout: holdout.arrows }
            targets: { roc_auc: 0.7 }
            label_delay: 14d
            capture: { rows_per_day: 1000 }
            promotion: { mode: manual, shadow: 7d }
        actions:
          notify:  { hook: webhook, url: "http://127.0.0.1:9/alerts" }
          retrain: { hook: webhook, url: "http://127.0.0.1:9/retrain", cooldown: 24h }

        """;

    public static void Write(string folder)
    {
        // churn8.onnx knows the relation, churn.onnx overrates the age.
        File.WriteAllBytes(Path.Combine(folder, "churn.onnx"), Model([0.02f, -0.09f, 0.06f], -0.6f));
        File.WriteAllBytes(Path.Combine(folder, "churn8.onnx"), Model([0.01f, -0.1f, 0.07f], -0.3f));
        var random = new Random(1);
        Rows(folder, "train.arrows", random, 4000, s_june.AddDays(-60), TimeSpan.FromDays(30), labelled: true);
        Rows(folder, "holdout.arrows", random, 2000, s_june.AddDays(-30), TimeSpan.FromDays(30), labelled: true);
        var labels = Rows(folder, "june.arrows", random, 3000, s_june, TimeSpan.FromDays(30), labelled: false);
        Save(folder, "june-labels.arrows", labels);
    }

    private static RecordBatch Rows(string folder, string file, Random random, int rows, DateTimeOffset from, TimeSpan period, bool labelled)
    {
        var (id, plan) = (new StringArray.Builder(), new StringArray.Builder());
        var (ts, known) = (Times(), Times());
        var (age, tenure, price) = (new FloatArray.Builder(), new FloatArray.Builder(), new FloatArray.Builder());
        var churned = new Int64Array.Builder();
        for (var i = 0; i < rows; i++)
        {
            var at = from + (period * ((i + 0.5) / rows));
            var (years, months, cost, chosen) = (18 + random.Next(60), random.Next(48), 10 + random.Next(40), random.Next(3));
            id.Append($"{Path.GetFileNameWithoutExtension(file)}-{i}");
            ts.Append(at);
            known.Append(at.AddDays(14 * random.NextDouble()));
            age.Append(years);
            tenure.Append(months);
            price.Append(cost);
            plan.Append(s_plans[chosen]);
            churned.Append(random.NextDouble() < 1 / (1 + Math.Exp(-((0.01 * years) - (0.1 * months) + (0.07 * cost) - 0.3))) ? 1 : 0);
        }

        var ids = id.Build();
        var label = churned.Build();
        List<(string, IArrowArray)> columns = [("request_id", ids), ("ts", ts.Build()), ("age", age.Build()), ("tenure", tenure.Build()), ("plan_price", price.Build()), ("plan", plan.Build())];
        if (labelled) columns.Add(("churned", label));
        Save(folder, file, Batch(columns));
        return Batch([("request_id", ids), ("churned", label), ("label_ts", known.Build())]);
    }

    private static TimestampArray.Builder Times() => new(new TimestampType(TimeUnit.Microsecond, "UTC"));

    private static RecordBatch Batch(List<(string Name, IArrowArray Column)> columns) => new(
        new Schema([.. columns.Select(c => new Field(c.Name, c.Column.Data.DataType, nullable: false))], null), columns.Select(c => c.Column), columns[0].Column.Length);

    private static void Save(string folder, string file, RecordBatch batch)
    {
        using var stream = File.Create(Path.Combine(folder, file));
        using var writer = new ArrowStreamWriter(stream, batch.Schema);
        writer.Write(batch);
        writer.WriteEnd();
    }

    /// <summary>Logistic regression with an output of both classes' probabilities.</summary>
    private static byte[] Model(float[] weights, float bias) => OnnxFile.Model(
        [OnnxFile.Tensor("input", OnnxFile.F32, -1, weights.Length)],
        [OnnxFile.Tensor("probabilities", OnnxFile.F32, -1, 2)],
        [OnnxFile.Node("Gemm", ["input", "w", "b"], ["logits"]), OnnxFile.Node("Softmax", ["logits"], ["probabilities"])],
        OnnxFile.Weights("w", [weights.Length, 2], [.. weights.SelectMany(w => (float[])[0, w])]),
        OnnxFile.Weights("b", [2], 0, bias));
}
