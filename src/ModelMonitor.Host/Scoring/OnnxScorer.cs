using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Scoring;

namespace ModelMonitor.Host.Scoring;

/// <summary>One ONNX session. Made by <see cref="OnnxScorerFactory"/>; disposing it disposes the session.</summary>
/// <remarks>
/// Rows go in tiles of <see cref="TileRows"/>, so that memory does not grow with the batch. A row's score does not depend on the rows
/// beside it nor on the size of the batch.
/// </remarks>
public sealed class OnnxScorer : IScorer
{
    /// <summary>Rows per run where the model does not fix a number of its own.</summary>
    public const int TileRows = 4096;

    /// <summary>
    /// A single row takes kernels that add in another order (linear classifiers score it differently in the last bits); one row of
    /// filler beside it avoids them.
    /// </summary>
    private const int LeastRows = 2;

    private readonly string path;
    private readonly InferenceSession session;
    private readonly IReadOnlyList<InputPlan> inputs;
    private readonly ScoreOutput output;
    private readonly int? fixedRows;
    private readonly string[] inputNames;
    private readonly string[] outputNames;
    private readonly RunOptions runOptions = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private bool disposed;

    internal OnnxScorer(string path, InferenceSession session, IReadOnlyList<InputPlan> inputs, ScoreOutput output, string sha256)
    {
        (this.path, this.session, this.inputs, this.output, Sha256) = (path, session, inputs, output, sha256);
        fixedRows = inputs.Select(input => input.FixedRows).FirstOrDefault(rows => rows is not null);
        inputNames = [.. inputs.Select(input => input.Name)];
        outputNames = [output.Name];
        InputColumns = [.. inputs.SelectMany(input => input.Columns).Distinct()];
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> InputColumns { get; }

    /// <inheritdoc/>
    public string Provider => "cpu";

    /// <inheritdoc/>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string>? Classes => output.Classes;

    /// <inheritdoc/>
    public ModelWeights? Weights { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ScoringException">Also where the model itself fails on these values.</exception>
    public void Score(RecordBatch batch, Span<double> scores)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentNullException.ThrowIfNull(batch);
        if (scores.Length < batch.Length * output.Width) throw new ArgumentException($"{scores.Length} places for {batch.Length} scores", nameof(scores));
        if (batch.Length == 0) return;

        var columns = Resolve(batch);
        var tile = fixedRows ?? TileRows;
        var unscorable = new bool[Math.Min(tile, batch.Length)];
        for (var start = 0; start < batch.Length; start += tile)
        {
            var count = Math.Min(tile, batch.Length - start);
            System.Array.Clear(unscorable);
            try
            {
                Run(columns, start, scores.Slice(start * output.Width, count * output.Width), unscorable.AsSpan(0, count));
            }
            catch (OnnxRuntimeException e)
            {
                throw new ScoringException($"{path}: the model failed: {OrtErrors.OneLine(e)}", e);
            }
        }
    }

    /// <summary>Scores one row of filler, to meet an output that cannot be read now and not with the first batch.</summary>
    /// <exception cref="ScoringException">What comes back is no score. A model that fails on the filler itself is given the benefit of the doubt.</exception>
    internal void Probe()
    {
        var none = inputs.Select(_ => System.Array.Empty<IArrowArray>()).ToArray();
        try
        {
            Run(none, 0, new double[output.Width], stackalloc bool[1]);
        }
        catch (OnnxRuntimeException)
        {
            // Filler may be content that the model refuses: real rows decide.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        runOptions.Dispose();
        session.Dispose();
    }

    private void Run(IArrowArray[][] columns, int start, Span<double> scores, Span<bool> unscorable)
    {
        var rows = fixedRows ?? Math.Max(unscorable.Length, LeastRows);
        var values = new OrtValue[inputs.Count];
        try
        {
            for (var i = 0; i < values.Length; i++)
                values[i] = ColumnTensors.Create(inputs[i], columns[i], start, unscorable.Length, rows, unscorable);
            using var results = session.Run(runOptions, inputNames, values, outputNames);
            output.Read(results[0], rows, scores);
        }
        finally
        {
            foreach (var value in values) value?.Dispose();
        }

        for (var row = 0; row < unscorable.Length; row++)
            if (unscorable[row]) scores.Slice(row * output.Width, output.Width).Fill(double.NaN);
    }

    /// <summary>The arrays of each input. Names compare exactly; all that are missing are named at once.</summary>
    private IArrowArray[][] Resolve(RecordBatch batch)
    {
        var fields = batch.Schema.FieldsList;
        var places = new Dictionary<string, int>(fields.Count, StringComparer.Ordinal);
        for (var i = 0; i < fields.Count; i++)
            if (!places.TryAdd(fields[i].Name, i)) places[fields[i].Name] = -1;

        foreach (var input in inputs)
        {
            var missing = input.Columns.Where(column => !places.ContainsKey(column)).ToList();
            if (missing.Count > 0)
                throw new ScoringException($"column {InputPlan.Quoted(missing)} missing: input '{input.Name}' takes {OrtNames.Of(input.Type)}; found columns {InputPlan.Quoted(places.Keys)}");
            if (input.Columns.FirstOrDefault(column => places[column] < 0) is { } twice)
                throw new ScoringException($"column '{twice}': expected once for input '{input.Name}', found more than once");
        }

        return [.. inputs.Select(input => input.Columns.Select(column => batch.Column(places[column])).ToArray())];
    }
}
