using System.Text.Json.Nodes;
using ModelMonitor.Core;
using ModelMonitor.Core.Baselines;
using ModelMonitor.Core.Evaluations;
using ModelMonitor.Core.Panes;
using ModelMonitor.Core.Windows;
using ModelMonitor.Engine.Commit;
using ModelMonitor.Engine.Evaluating;
using ModelMonitor.Engine.Json;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Baselines;

/// <summary>`accept`: a drift that is known and fine. The production of a window becomes the drift reference, on record; the model goes on serving and being counted.</summary>
/// <param name="keep">Writes a baseline's text to a path, whole or not at all.</param>
public sealed class ReferenceAcceptance(ModelCatalog catalog, MonitorOptions options, IStateStore store, StateWriter writer, TimeProvider clock, Action<string, string> keep) : IDisposable
{
    /// <summary>Evaluations that are looked through for the newest of the whole: each round stores its slices too.</summary>
    private const int Rounds = 2000;

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <param name="window">A configured window, of which the newest that was evaluated is meant; or START..END in ISO 8601.</param>
    /// <param name="by">Who accepts it, for the record.</param>
    /// <exception cref="AcceptRefusedException">No such model or window, or too few rows in it.</exception>
    /// <exception cref="IOException">The baseline file cannot be written; nothing was changed.</exception>
    public async Task<MonitoredModel> AcceptAsync(string name, string window, string by, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(window);
        await _one.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var model = catalog.Find(name) ?? throw new AcceptRefusedException($"there is no model '{name}'; there is {string.Join(", ", catalog.Models.Select(m => m.Name))}");
            if (model.Learning is not null) throw new AcceptRefusedException($"model '{name}' is still learning its baseline from production");
            var file = model.BaselineFile ?? throw new AcceptRefusedException($"model '{name}' has no baseline file to keep the new reference in");
            var (range, state, slices) = await ReadAsync(model, window, cancellationToken).ConfigureAwait(false);
            var rows = state.Rows;
            if (rows < AcceptedReference.FewestRows)
                throw new AcceptRefusedException($"window {window} ({Text(range)}) of model '{name}' has {rows} rows; a reference needs at least {AcceptedReference.FewestRows}, below which chance alone looks like drift");
            var now = Instant.From(clock.GetUtcNow());
            var due = range.End <= now - Instant.From(model.Options.LabelDelay);
            var baseline = AcceptedReference.Apply(model.Baseline, state, slices, new(window, range.Start, range.End, rows, 0, now, by), due);
            // The file first: a record of what was not done would be worse than a file that is put back.
            keep(file, BaselineJson.Write(baseline));
            try
            {
                await writer.SubmitAsync(new Record(model, baseline.Accepted!)).ConfigureAwait(false);
            }
            catch
            {
                keep(file, BaselineJson.Write(model.Baseline));
                throw;
            }

            var accepted = model with { Baseline = baseline };
            catalog.Replace(accepted);
            return accepted;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    /// <summary>A range for people.</summary>
    public static string Text(TimeRange range) => $"{EvaluationJson.Time(range.Start)}..{EvaluationJson.Time(range.End)}";

    private async Task<(TimeRange Range, PaneState State, Dictionary<string, PaneState> Slices)> ReadAsync(MonitoredModel model, string window, CancellationToken cancellationToken)
    {
        var reader = await store.OpenSnapshotAsync(cancellationToken).ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            var range = options.Windows.FirstOrDefault(w => w.Name == window) is { } configured
                ? await NewestAsync(reader, model, configured, cancellationToken).ConfigureAwait(false)
                : AcceptedRange.Parse(window, Instant.From(options.Pane)) ?? throw new AcceptRefusedException($"there is no window '{window}'; give one of {string.Join(", ", options.Windows.Select(w => w.Name))}, or START..END such as {AcceptedRange.Example}");
            try
            {
                var slices = new Dictionary<string, PaneState>(StringComparer.Ordinal);
                foreach (var key in model.Baseline.Shape.Segments.Keys)
                {
                    var slice = await WindowReader.ReadAsync(reader, model.Series with { Segment = key }, range, PaneState.Empty(model.Baseline.Hash, model.SliceShape), cancellationToken).ConfigureAwait(false);
                    if (slice.Rows > 0 || model.Baseline.Segments.ContainsKey(key)) slices.Add(key, slice);
                }

                return (range, await WindowReader.ReadAsync(reader, model.Series, range, PaneState.Empty(model.Baseline.Hash, model.Baseline.Shape), cancellationToken).ConfigureAwait(false), slices);
            }
            catch (StateForgottenException e)
            {
                throw new AcceptRefusedException(e.Message);
            }
        }
    }

    /// <summary>The newest window that was evaluated, so that what people saw is what they accept; before the first evaluation the newest complete one with rows.</summary>
    private async Task<TimeRange> NewestAsync(IStateReader reader, MonitoredModel model, WindowOptions window, CancellationToken cancellationToken)
    {
        foreach (var record in await reader.ReadEvaluationsAsync(model.Name, window.Name, long.MinValue, long.MaxValue, Rounds, cancellationToken).ConfigureAwait(false))
        {
            if (record.Version == model.Baseline.Version && record.Segment.Length == 0 && (long?)JsonNode.Parse(record.Payload)?["rows"] > 0)
                return new TimeRange(record.End - Instant.From(window.Size), record.End);
        }

        var (size, pane) = (Instant.From(window.Size), Instant.From(options.Pane));
        var newest = await reader.ReadMarkAsync("newest/" + model.Name, cancellationToken).ConfigureAwait(false)
            ?? throw new AcceptRefusedException($"model '{model.Name}' has no rows yet");
        return WindowAlignment.Newest(size, pane, Math.Min(Instant.From(clock.GetUtcNow()) - Instant.From(options.Lateness), Instant.Floor(newest, WindowAlignment.StepOf(size, pane)) + WindowAlignment.StepOf(size, pane)));
    }

    private sealed class Record(MonitoredModel model, AcceptedReference accepted) : IWork
    {
        public int Rows => 0;

        public ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken) => scope.Transaction.AddAuditAsync(
            new(accepted.At, model.Name, accepted.By, $"production of window {accepted.Window} accepted as the reference of version {model.Baseline.Version}",
                $"{accepted.Rows} rows, {Text(new TimeRange(accepted.Start, accepted.End))}, baseline {model.Baseline.Hash}"), cancellationToken);
    }
}

/// <summary>What was to be accepted cannot be; the message says why and what can.</summary>
public sealed class AcceptRefusedException(string message) : Exception(message);
