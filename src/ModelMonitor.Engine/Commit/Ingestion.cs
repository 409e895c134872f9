using ModelMonitor.Core;
using ModelMonitor.Engine.Intake;
using ModelMonitor.Engine.Learning;
using ModelMonitor.Engine.Models;
using ModelMonitor.Engine.State;

namespace ModelMonitor.Engine.Commit;

/// <summary>The names of the two streams.</summary>
public static class Streams
{
    public const string Predictions = "predictions";
    public const string Labels = "labels";
}

/// <summary>Why rows were refused, as the answer and the counters call it.</summary>
public static class RejectReason
{
    public const string DuplicateId = "duplicate_id";
    public const string TooOld = "too_old";
    public const string InFuture = "in_future";
    public const string NullId = "null_id";
    public const string NullLabel = "null_label";

    /// <summary>A label that is none of a multiclass model's classes.</summary>
    public const string UnknownClass = "unknown_class";

    /// <summary>Offline: the baseline was learned from it.</summary>
    public const string Learned = "learned";

    public static readonly IReadOnlyList<string> All = [DuplicateId, TooOld, InFuture, NullId, NullLabel, UnknownClass];
}

/// <summary>A sender's key of a delivery and the hash of its body.</summary>
public readonly record struct DeliveryIdentity(string Key, UInt128 BodyHash);

/// <summary>What became of a delivery.</summary>
public sealed record IngestReply
{
    /// <summary>Rows of the delivery.</summary>
    public required long Rows { get; init; }

    /// <summary>The key was seen before: nothing was counted again.</summary>
    public bool Duplicate { get; init; }

    public IReadOnlyDictionary<string, long> Rejected { get; init; } = new Dictionary<string, long>();

    /// <summary>Rows without a score.</summary>
    public long Unscored { get; init; }

    /// <summary>Why the model could not score the first of them; null where all are scored, or a score is not finite by itself.</summary>
    public string? UnscoredBecause { get; init; }

    /// <summary>Columns that the baseline does not know.</summary>
    public IReadOnlyList<string> ExtraColumns { get; init; } = [];

    /// <summary>Watched columns that were absent.</summary>
    public IReadOnlyList<string> MissingColumns { get; init; } = [];
}

/// <summary>The same key came before with another body.</summary>
public sealed class DeliveryConflictException(string key) : Exception($"The key '{key}' was used before for another body.");

/// <summary>What both kinds of delivery do alike: look up the key, count refusals, remember the answer.</summary>
internal abstract class DeliveryWork(MonitoredModel model, string stream, DeliveryIdentity? identity) : IWork
{
    private readonly Dictionary<string, long> _rejected = [];

    public abstract int Rows { get; }

    public string? DeliveryKey => identity is { } id ? StoredKey(id.Key) : null;

    public string? WrittenKey => Reply is { Duplicate: false } ? DeliveryKey : null;

    /// <summary>Set once applied. Null while it is not.</summary>
    public IngestReply? Reply { get; private set; }

    /// <summary>The model learned its baseline before this was applied: nothing was done, it is to be decoded for the model as it is now.</summary>
    public bool Superseded { get; private set; }

    /// <summary>The key was used before for another body: nothing was done.</summary>
    public bool Conflict { get; private set; }

    protected MonitoredModel Model { get; } = model;

    public async ValueTask ApplyAsync(CommitScope scope, CancellationToken cancellationToken)
    {
        (Reply, Conflict) = (null, false);
        _rejected.Clear();
        Superseded = Model.Learning is not null && await LearningMarks.IsLearnedAsync(scope.Transaction, Model, cancellationToken).ConfigureAwait(false);
        if (Superseded) return;
        if (identity is { } id && await scope.Transaction.FindDeliveryAsync(StoredKey(id.Key), cancellationToken).ConfigureAwait(false) is { } seen)
        {
            if (seen.BodyHash == id.BodyHash) Reply = ReplyJson.Read(seen.Reply) with { Duplicate = true };
            else Conflict = true;
            return;
        }

        await FoldAsync(scope, cancellationToken).ConfigureAwait(false);
        Reply = Describe(new IngestReply { Rows = Rows, Rejected = new SortedDictionary<string, long>(_rejected, StringComparer.Ordinal) });
        if (identity is { } own)
            await scope.Transaction.AddDeliveryAsync(new(StoredKey(own.Key), own.BodyHash, scope.Now, ReplyJson.Write(Reply)), cancellationToken).ConfigureAwait(false);
    }

    protected abstract ValueTask FoldAsync(CommitScope scope, CancellationToken cancellationToken);

    protected virtual IngestReply Describe(IngestReply reply) => reply;

    protected void Reject(string reason) => _rejected[reason] = _rejected.GetValueOrDefault(reason) + 1;

    protected bool IsUnknownClass(double label) => Model.Schema.Classes is not null && label == ClassColumns.Unknown;

    protected string NewestMark => "newest/" + Model.Name;

    /// <summary>Counts a completed row, or takes it back, in the pane of its prediction, under every version that scored it and has a baseline here.</summary>
    protected void Count(CommitScope scope, JoinRow row, double label, long pane, int sign)
    {
        // Nothing is counted before there is a baseline; then what waits is counted with the rows.
        if (Model.Learning is not null) return;
        foreach (var served in row.Scores)
        {
            if (CountedBy(served, row.Id) is not { } model) continue;
            var start = Instant.Floor(row.EventTime!.Value, pane);
            var whole = scope.Delta(model.Series, start, model.Baseline.Shape);
            whole.AddOutcome(served.Score, served.Probabilities, label, sign);
            whole.Ensemble?.Add(served.Ensemble, label, sign);
            if (model.SliceShape is not { } slice || served.Segments.Count != model.Baseline.Shape.Segments.Columns.Count) continue;
            for (var c = 0; c < served.Segments.Count; c++)
            {
                var key = model.Baseline.Shape.Segments.Columns[c].Keys[served.Segments[c]];
                scope.Delta(model.Series with { Segment = key }, start, slice).AddOutcome(served.Score, served.Probabilities, label, sign);
            }
        }
    }

    /// <summary>The version whose state the score belongs to; null: one that is watched no more.</summary>
    private MonitoredModel? CountedBy(ServedScore served, UInt128 id) => served.Version == Model.Baseline.Version
        ? IsCounted(served, id) ? Model : null
        : Find(Model.Challengers, served) ?? Find(Model.Earlier, served);

    private static MonitoredModel? Find(IReadOnlyList<MonitoredModel> versions, ServedScore served)
    {
        // Once a labelled row: no enumerator, no closure.
        for (var i = 0; i < versions.Count; i++)
            if (versions[i].Baseline.Version == served.Version && versions[i].Baseline.Hash == served.BaselineHash) return versions[i];
        return null;
    }

    /// <summary>Served under the baseline that is counted on, or before it was learned: of those rows the ones that were kept.</summary>
    private bool IsCounted(ServedScore served, UInt128 id) =>
        served.BaselineHash == Model.Baseline.Hash || (served.BaselineHash.Length == 0 && Model.Baseline.Learned is { } learned && JoinSample.Includes(id, learned.Share));

    private string StoredKey(string key) => $"{Model.Name}/{stream}/{key}";
}
