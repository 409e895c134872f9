using ModelMonitor.Core.Baselines;

namespace ModelMonitor.Engine;

/// <summary>What the monitor counts about itself. Thread-safe, cheap, never throws. Every count starts at 0 when its model is declared.</summary>
public interface ITelemetry
{
    /// <summary>Makes the model's counters appear at 0, and says which version serves it.</summary>
    void ModelDeclared(string model, string version, string role, string provider, string sha256);

    /// <summary>Says whether something speaks against a version that serves.</summary>
    void Gate(string model, string version, bool breached);

    /// <summary>Says how large a version's weights are, in place of what was said before.</summary>
    /// <param name="norms">Tensor, which norm (`l1`, `frobenius`, `max`, `near_zero_share`), value; values that are not finite are left out.</param>
    void WeightNorms(string model, string version, IEnumerable<(string Tensor, string Norm, double Value)> norms);

    /// <summary>Says which state this process counts into. Processes that share a store say the same, all others something of their own.</summary>
    void State(string id)
    {
    }

    /// <summary>Says what a version was worth on its training rows and on its hold-out, in place of what was said before.</summary>
    void Reference(Baseline baseline)
    {
    }

    /// <param name="stream">`predictions` or `labels`.</param>
    void RowsReceived(string model, string stream, long rows);

    /// <param name="reason">`duplicate_id`, `too_old`, `in_future`, `null_id`, `null_label`, `malformed`, `overloaded` …</param>
    void RowsRejected(string model, string stream, string reason, long rows);

    /// <param name="outcome">`joined`, `waiting`, `duplicate`, `corrected`, `expired`.</param>
    void Labels(string model, string outcome, long rows);

    /// <summary>The time from prediction to label of one joined row.</summary>
    void LabelDelay(string model, TimeSpan delay);

    void Scored(string model, TimeSpan duration);

    /// <summary>A challenger could not read a delivery that the version that serves could.</summary>
    void ShadowFailed(string model, string version)
    {
    }

    /// <summary>A model's scorer went from one device to another.</summary>
    void DeviceChanged(string model, string from, string to)
    {
    }

    void Committed(TimeSpan duration);

    /// <summary>Rows that wait for their commit.</summary>
    void QueueRows(long rows);

    void EvaluationSkipped(string model, string window, string reason);

    void EvaluationSucceeded(string model, string window, DateTimeOffset at);

    /// <param name="outcome">`queued`, `delivered`, `failed`, `suppressed`.</param>
    void Action(string model, string rule, string action, string outcome);

    /// <summary>A model's messages for an action that are not delivered yet.</summary>
    /// <param name="retrying">How many of them were tried in vain.</param>
    void Outbox(string model, string action, int pending, int retrying)
    {
    }

    /// <summary>Retrain requests of a model that are not settled: one at most.</summary>
    void RetrainsOpen(string model, int open);

    /// <summary>Versions on their way to serve.</summary>
    /// <param name="stages">Stage → how many there are, and since when the first of them is at it; a stage that is not named has none.</param>
    void Challengers(string model, IReadOnlyDictionary<string, (int Count, DateTimeOffset Since)> stages)
    {
    }

    /// <param name="outcome">`promoted`, `rolled_back`, `refused`.</param>
    void Promotion(string model, string outcome)
    {
    }

    void SinkFailed(string sink);

    /// <summary>How far a model is that learns its baseline from production, 0…1; 1: it has learned it.</summary>
    void Learning(string model, double progress)
    {
    }
}
