namespace ModelMonitor.Engine.Intake;

/// <summary>A fault within a line; the reader adds which line and which property.</summary>
internal sealed class NdjsonFault(string message, bool malformed) : Exception(message)
{
    public bool Malformed { get; } = malformed;
}
