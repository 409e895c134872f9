using ModelMonitor.Engine.Models;

namespace ModelMonitor.Engine.Learning;

/// <summary>A model that learns its baseline from its first days of production: until then rows are scored and kept, and nothing is evaluated.</summary>
/// <param name="period">How much production it learns from, by event time.</param>
public sealed class LearningState(TimeSpan period)
{
    private readonly TaskCompletionSource<MonitoredModel> _learned = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TimeSpan Period { get; } = period;

    /// <summary>Ends when the baseline is there and the model serves with it.</summary>
    public Task<MonitoredModel> Learned => _learned.Task;

    internal void Complete(MonitoredModel model) => _learned.TrySetResult(model);
}
