using System.Collections.Concurrent;
using ModelMonitor.Engine.Options;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>
/// One at a time on a device, over all sessions: WebGPU's sessions share one command queue, and copies that another thread's run comes
/// between read what is not there yet. It also keeps a guest's share of somebody's GPU small.
/// </summary>
/// <remarks>Rows are put into tensors before, and scores read out of them after, outside of it.</remarks>
internal sealed class DeviceGate
{
    private static readonly ConcurrentDictionary<string, DeviceGate> s_gates = new(StringComparer.Ordinal);

    private readonly Lock _lock = new();

    /// <summary>The gate of a device; null for the CPU, which takes all who come.</summary>
    public static DeviceGate? Of(DeviceOptions device) => device.Name == ScoringDevice.Cpu ? null : s_gates.GetOrAdd(device.Name, _ => new DeviceGate());

    /// <summary>Waits for its turn, which lasts until the answer is disposed of; may be entered again by the same thread.</summary>
    public static Lock.Scope Enter(DeviceGate? gate) => gate is null ? default : gate._lock.EnterScope();
}
