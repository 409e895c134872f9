using ModelMonitor.Host.Store;

namespace ModelMonitor.Host.Tests.Store;

public sealed class StateFolderLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_held_folder_is_refused_and_a_released_one_is_free()
    {
        using (StateFolderLock.Acquire(folder["state"]))
        {
            var e = Assert.Throws<StateStoreException>(() => StateFolderLock.Acquire(folder["state"]));
            Assert.Contains(folder["state"], e.Message, StringComparison.Ordinal);
            Assert.Contains($"process {Environment.ProcessId} uses it", e.Message, StringComparison.Ordinal);
        }

        using var again = StateFolderLock.Acquire(folder["state"]);
        Assert.Equal(folder["state"], again.Folder);
    }

    [Fact]
    public void What_a_killed_holder_left_is_no_lock()
    {
        Directory.CreateDirectory(folder["state"]);
        File.WriteAllText(Path.Combine(folder["state"], "lock"), "");
        File.WriteAllText(Path.Combine(folder["state"], "lock.pid"), "4711");
        using var held = StateFolderLock.Acquire(folder["state"]);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(folder["file"], "");
        var e = Assert.Throws<StateStoreException>(() => StateFolderLock.Acquire(folder["file"]));
        Assert.Contains(folder["file"], e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposing_twice_does_not_free_the_next_holder()
    {
        var first = StateFolderLock.Acquire(folder["state"]);
        first.Dispose();
        using var second = StateFolderLock.Acquire(folder["state"]);
        first.Dispose();
        Assert.True(File.Exists(Path.Combine(folder["state"], "lock.pid")));
        Assert.Throws<StateStoreException>(() => StateFolderLock.Acquire(folder["state"]));
    }
}
