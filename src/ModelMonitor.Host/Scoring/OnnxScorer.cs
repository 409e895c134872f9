using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Scoring;

/// <summary>One ONNX model. Made by <see cref="OnnxScorerFactory"/>.</summary>
/// <remarks>
/// A row's score does not depend on the rows beside it nor on the size of the batch. Disposed while it scores, it goes when the last
/// call has returned.
/// </remarks>
public sealed class OnnxScorer : IScorer
{
    private readonly string path;
    private readonly DeviceChain devices;
    private readonly IReadOnlyList<InputPlan> inputs;
    private readonly ScoreOutput output;
    private readonly UseCount uses;

    internal OnnxScorer(ModelFile file, DeviceChain devices, IReadOnlyList<InputPlan> inputs, ScoreOutput output)
    {
        (path, this.devices, this.inputs, this.output, Sha256) = (file.Path, devices, inputs, output, file.Sha256);
        InputColumns = [.. inputs.SelectMany(input => input.Columns).Distinct()];
        uses = new(devices.Dispose);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> InputColumns { get; }

    /// <inheritdoc/>
    public string Provider => devices.Current;

    /// <inheritdoc/>
    public IReadOnlyList<string> DeviceNotes { get; init; } = [];

    /// <inheritdoc/>
    public string Sha256 { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string>? Classes => output.Classes;

    /// <inheritdoc/>
    public ModelWeights? Weights { get; init; }

    /// <inheritdoc/>
    /// <exception cref="ScoringException">Also where the model itself fails on these values.</exception>
    public UnscoredRow? Score(RecordBatch batch, Span<double> scores)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (scores.Length < batch.Length * output.Width) throw new ArgumentException($"{scores.Length} places for {batch.Length} scores", nameof(scores));
        ObjectDisposedException.ThrowIf(!uses.TryBegin(), this);
        try
        {
            return batch.Length == 0 ? null : devices.Score(Resolve(batch), batch.Length, output.Width, scores);
        }
        catch (Exception e) when (e is OnnxRuntimeException or DeviceLostException)
        {
            throw new ScoringException($"{path}: the model failed: {OrtErrors.OneLine(e)}", e);
        }
        finally
        {
            uses.End();
        }
    }

    /// <inheritdoc/>
    public void OnDeviceChange(Action<DeviceChange> tell) => devices.OnChange(tell);

    /// <inheritdoc/>
    public void Dispose() => uses.Dispose();

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
