namespace ModelMonitor.Engine;

/// <summary>Counts nothing: for work that nobody scrapes.</summary>
public sealed class NoTelemetry : ITelemetry
{
    public static readonly NoTelemetry Instance = new();

    private NoTelemetry()
    {
    }

    public void ModelDeclared(string model, string version, string role, string provider, string sha256)
    {
    }

    public void Gate(string model, string version, bool breached)
    {
    }

    public void WeightNorms(string model, string version, IEnumerable<(string Tensor, string Norm, double Value)> norms)
    {
    }

    public void RowsReceived(string model, string stream, long rows)
    {
    }

    public void RowsRejected(string model, string stream, string reason, long rows)
    {
    }

    public void Labels(string model, string outcome, long rows)
    {
    }

    public void LabelDelay(string model, TimeSpan delay)
    {
    }

    public void Scored(string model, TimeSpan duration)
    {
    }

    public void Committed(TimeSpan duration)
    {
    }

    public void QueueRows(long rows)
    {
    }

    public void EvaluationSkipped(string model, string window, string reason)
    {
    }

    public void EvaluationSucceeded(string model, string window, DateTimeOffset at)
    {
    }

    public void Action(string model, string rule, string action, string outcome)
    {
    }

    public void RetrainsOpen(string model, int open)
    {
    }

    public void SinkFailed(string sink)
    {
    }
}
