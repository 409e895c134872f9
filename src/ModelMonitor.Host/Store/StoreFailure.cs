using System.Data.Common;

namespace ModelMonitor.Host.Store;

/// <summary>Tells a store that does not answer, which passes, from a fault of the monitor, which does not.</summary>
internal static class StoreFailure
{
    /// <remarks>A writer that is being stopped counts too: the sender tries again and finds the next process.</remarks>
    public static bool Is(Exception error) => error is IOException or DbException or TimeoutException or ObjectDisposedException;
}
