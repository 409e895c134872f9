using System.Globalization;

namespace ModelMonitor.Host.Store;

/// <summary>Proof that this process alone uses a state folder. Held until it is disposed or the process ends, however it ends.</summary>
/// <remarks>
/// The lock is the operating system's on the open file <c>lock</c>, so a killed process leaves none behind. The file itself
/// stays: deleting it would let two processes lock two files of one name. The holder's id lies beside it, in
/// <c>lock.pid</c>, because the locked file cannot be read by others.
/// </remarks>
internal sealed class StateFolderLock : IDisposable
{
    private readonly FileStream held;

    private StateFolderLock(string folder, FileStream held)
    {
        Folder = folder;
        this.held = held;
    }

    /// <summary>The full path of the folder.</summary>
    public string Folder { get; }

    private string HolderPath => Path.Combine(Folder, "lock.pid");

    /// <summary>Creates the folder where there is none and takes it.</summary>
    /// <exception cref="StateStoreException">Another process holds it, or it cannot be created or written.</exception>
    public static StateFolderLock Acquire(string folder)
    {
        folder = Path.GetFullPath(folder);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StateStoreException($"The state folder '{folder}' cannot be created: {e.Message}", e);
        }

        FileStream held;
        try
        {
            held = new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StateStoreException($"The state folder '{folder}' cannot be written: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new StateStoreException($"The state folder '{folder}' cannot be locked; {Holder(folder)}: {e.Message}", e);
        }

        var taken = new StateFolderLock(folder, held);
        try
        {
            File.WriteAllText(taken.HolderPath, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            held.Dispose();
            throw new StateStoreException($"The state folder '{folder}' cannot be written: {e.Message}", e);
        }

        return taken;
    }

    public void Dispose()
    {
        if (!held.CanRead)
            return;
        try
        {
            File.Delete(HolderPath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Only a hint for people; the lock is what counts.
        }

        held.Dispose();
    }

    private static string Holder(string folder)
    {
        try
        {
            return $"process {File.ReadAllText(Path.Combine(folder, "lock.pid")).Trim()} uses it";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "another process may use it";
        }
    }
}
