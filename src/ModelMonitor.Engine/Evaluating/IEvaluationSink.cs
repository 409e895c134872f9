using ModelMonitor.Core.Evaluations;

namespace ModelMonitor.Engine.Evaluating;

/// <summary>Publishes evaluations, for example to Prometheus.</summary>
/// <remarks>
/// Called after the evaluation was committed, one call at a time per sink. What it throws is counted and logged and reaches neither
/// another sink nor the state. A value without a number must be withdrawn, not left at its last one.
/// </remarks>
public interface IEvaluationSink
{
    string Name { get; }

    ValueTask PublishAsync(PublishedEvaluation published, CancellationToken cancellationToken);
}

/// <summary>An evaluation and what the rules made of it.</summary>
/// <param name="Evaluation">The newest one of its model, window and segment.</param>
/// <param name="Rules">Rule name → whether it is breached now, for the rules on this window.</param>
public sealed record PublishedEvaluation(Evaluation Evaluation, IReadOnlyDictionary<string, bool> Rules)
{
    /// <summary>Versions of the model that are watched: the one that serves, and its challengers. What was published of others is past.</summary>
    public IReadOnlyList<string> Versions { get; init; } = [Evaluation.Version];
}
