using Apache.Arrow;
using ModelMonitor.Core;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring;

namespace ModelMonitor.Host.Tests.Scoring;

/// <summary>A folder of its own for written models, and the shortest way from columns to scores.</summary>
public abstract class Fixture : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("modelmonitor-scoring-");

    public void Dispose()
    {
        folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected string Write(byte[] content, string file = "model.onnx")
    {
        var path = Path.Combine(folder.FullName, file);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Binary, positive 1, one input `x` filled by the column `a`.</summary>
    protected ModelOptions Options(byte[] model, params string[] columns) => new()
    {
        Name = "m",
        Version = "1",
        Task = TaskKind.Binary,
        Onnx = Write(model),
        Inputs = [new ModelInput("x", columns.Length == 0 ? ["a"] : columns)],
        ScorePositive = LabelValue.From(1),
        Baseline = "",
    };

    protected static IScorer Open(ModelOptions model) => new OnnxScorerFactory().Open(model);

    protected static double[] Score(ModelOptions model, params (string Name, IArrowArray Values)[] columns)
    {
        using var scorer = Open(model);
        return Score(scorer, Batch(columns));
    }

    protected static double[] Score(IScorer scorer, RecordBatch batch)
    {
        var scores = new double[batch.Length];
        scorer.Score(batch, scores);
        return scores;
    }

    protected static string Refusal(Action action)
    {
        var message = Assert.Throws<ScoringException>(action).Message;
        Assert.DoesNotContain('\n', message);
        Assert.DoesNotContain("ErrorCode", message, StringComparison.Ordinal);
        Assert.DoesNotContain(".cc:", message, StringComparison.Ordinal);
        return message;
    }

    protected static RecordBatch Batch(params (string Name, IArrowArray Values)[] columns)
    {
        var schema = new Schema(columns.Select(column => new Field(column.Name, column.Values.Data.DataType, nullable: true)), null);
        return new RecordBatch(schema, columns.Select(column => column.Values), columns[0].Values.Length);
    }

    protected static FloatArray Floats(params float?[] values)
    {
        var builder = new FloatArray.Builder();
        foreach (var value in values) builder.Append(value);
        return builder.Build();
    }

    protected static DoubleArray Doubles(params double?[] values)
    {
        var builder = new DoubleArray.Builder();
        foreach (var value in values) builder.Append(value);
        return builder.Build();
    }

    protected static Int64Array Longs(params long?[] values)
    {
        var builder = new Int64Array.Builder();
        foreach (var value in values) builder.Append(value);
        return builder.Build();
    }

    protected static StringArray Texts(params string?[] values)
    {
        var builder = new StringArray.Builder();
        foreach (var value in values) builder.Append(value);
        return builder.Build();
    }
}
