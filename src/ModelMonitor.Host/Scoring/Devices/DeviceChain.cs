using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Scoring;
using Polly.CircuitBreaker;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>Scores on the first device that works. One that is lost is left alone for a while, then tried again.</summary>
/// <remarks>
/// A batch that fails on one device is scored by the next, so that no row is lost. Where the next fails too, the values are at fault
/// and not the device.
/// </remarks>
/// <param name="slots">In the order of the configuration; the last one has nothing to fall back to.</param>
internal sealed class DeviceChain(IReadOnlyList<DeviceSlot> slots) : IDisposable
{
    private readonly Lock gate = new();
    private Action<DeviceChange>? told;
    private volatile int current;

    /// <summary>The device that scored last; at first the first one.</summary>
    public string Current => slots[current].Name;

    /// <summary>Called after each change, on the thread that scored.</summary>
    public void OnChange(Action<DeviceChange> tell) => told += tell;

    /// <exception cref="OnnxRuntimeException">The model failed on these values, or there is no device left.</exception>
    public UnscoredRow? Score(IArrowArray[][] columns, int rows, int width, Span<double> scores)
    {
        if (slots.Count == 1) return slots[0].Score(columns, rows, scores);
        // Polly's callbacks cannot hold a span.
        var buffer = new double[rows * width];
        var first = Score(0, "", columns, rows, buffer);
        buffer.CopyTo(scores);
        return first;
    }

    public void Dispose()
    {
        foreach (var slot in slots) slot.Dispose();
    }

    /// <param name="why">Why an earlier device does not score; empty: there is none.</param>
    private UnscoredRow? Score(int index, string why, IArrowArray[][] columns, int rows, double[] scores)
    {
        var slot = slots[index];
        if (index == slots.Count - 1) return Direct(index, why, columns, rows, scores);
        try
        {
            return slot.Guard.Execute(() =>
            {
                try
                {
                    return (Row: Direct(index, why, columns, rows, scores), Lost: false);
                }
                catch (Exception e) when (e is OnnxRuntimeException or DeviceLostException)
                {
                    var reason = OrtErrors.OneLine(e);
                    // Throws where the values are at fault: then nothing is held against the device.
                    var row = Score(index + 1, reason, columns, rows, scores);
                    slot.Lose(reason);
                    return (Row: row, Lost: true);
                }
            }).Row;
        }
        catch (BrokenCircuitException)
        {
            return Score(index + 1, slot.Fault, columns, rows, scores);
        }
    }

    private UnscoredRow? Direct(int index, string why, IArrowArray[][] columns, int rows, double[] scores)
    {
        var row = slots[index].Score(columns, rows, scores);
        DeviceChange? change = null;
        lock (gate)
        {
            if (index != current)
            {
                change = new(slots[current].Name, slots[index].Name, index < current ? "it works again" : why);
                current = index;
            }
        }

        if (change is not null) told?.Invoke(change);
        return row;
    }
}

/// <summary>A session cannot be had on a device.</summary>
internal sealed class DeviceLostException(string message, Exception? inner = null) : Exception(message, inner);
