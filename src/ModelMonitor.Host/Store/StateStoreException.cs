namespace ModelMonitor.Host.Store;

/// <summary>The state on disk cannot be opened, read or written; the message names the path and the reason.</summary>
internal sealed class StateStoreException : IOException
{
    public StateStoreException()
    {
    }

    public StateStoreException(string message)
        : base(message)
    {
    }

    public StateStoreException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
