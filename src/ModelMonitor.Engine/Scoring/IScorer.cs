using Apache.Arrow;
using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine.Scoring;

/// <summary>Scores batches with one model version.</summary>
/// <remarks>
/// Safe for concurrent calls. Whoever made it disposes it, after the last call has returned. A call throws
/// <see cref="ScoringException"/> where a column that the model needs is absent or of a type that cannot fill its input,
/// and nothing else for bad data.
/// </remarks>
public interface IScorer : IDisposable
{
    /// <summary>The columns that must be there, in the order of the model's inputs.</summary>
    IReadOnlyList<string> InputColumns { get; }

    /// <summary>The execution provider in use, for example `cpu`.</summary>
    string Provider { get; }

    /// <summary>What is worth knowing of the devices: which was not to be had and why, which operators stay on the CPU.</summary>
    IReadOnlyList<string> DeviceNotes => [];

    /// <summary>Calls after each change of <see cref="Provider"/>: a device was lost, or is back.</summary>
    void OnDeviceChange(Action<DeviceChange> tell)
    {
    }

    /// <summary>Hex SHA-256 of the model file.</summary>
    string Sha256 { get; }

    /// <summary>How large the model's weights are; null where that cannot be told.</summary>
    ModelWeights? Weights => null;

    /// <summary>A multiclass model's classes, in the order of its probabilities; null for other tasks.</summary>
    IReadOnlyList<string>? Classes => null;

    /// <summary>Writes one score per row, or one probability per row and class, row by row. A row that cannot be scored (a null where the input's type has no NaN) gets NaN.</summary>
    /// <param name="batch">Columns named as the data name them.</param>
    /// <param name="scores">At least <c>batch.Length</c> long, for multiclass models that times the classes; float32 outputs are widened.</param>
    /// <returns>Why the first of the rows that cannot be scored cannot; null where all can.</returns>
    UnscoredRow? Score(RecordBatch batch, Span<double> scores);
}

/// <summary>A scorer goes on on another device.</summary>
public sealed record DeviceChange(string From, string To, string Reason);

/// <summary>Why a row has no score.</summary>
/// <param name="Row">Its place in the batch, from 0.</param>
public sealed record UnscoredRow(string Column, int Row, string Reason)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"column '{Column}', row {Row}: {Reason}");
}

/// <summary>Opens model files. One implementation: ONNX Runtime in the Host.</summary>
public interface IScorerFactory
{
    /// <exception cref="ScoringException">The file is absent or corrupt, or its inputs or outputs do not fit the configuration: one clear line.</exception>
    IScorer Open(Options.ModelOptions model);
}

/// <summary>A model cannot be loaded, or cannot score this batch. The message names the place.</summary>
public sealed class ScoringException(string message, Exception? inner = null) : Exception(message, inner);
