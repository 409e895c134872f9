using System.Collections.Concurrent;
using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Scoring;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Scoring;

/// <summary>A loaded session on one device, and the tensors its runs use again and again. Safe for concurrent calls.</summary>
/// <param name="device">Its memory; null: it reads the host's.</param>
/// <param name="gate">That of its device; null: the CPU.</param>
internal sealed class OnnxSession(InferenceSession session, IReadOnlyList<InputPlan> inputs, ScoreOutput output, DeviceMemory? device = null, DeviceGate? gate = null) : IDeviceSession
{
    /// <summary>Rows per run where the model does not fix a number of its own.</summary>
    public const int TileRows = 4096;

    /// <summary>The least that a device is sent; more is padded to the next power of two, so that it meets few shapes.</summary>
    private const int LeastOnDevice = 16;

    /// <summary>
    /// A single row takes kernels that add in another order (linear classifiers score it differently in the last bits); one row of
    /// filler beside it avoids them.
    /// </summary>
    private const int LeastRows = 2;

    private readonly ConcurrentBag<TileRunner> idle = [];
    private readonly int? fixedRows = inputs.Select(input => input.FixedRows).FirstOrDefault(rows => rows is not null);

    /// <summary>Scores every row, tile by tile, so that memory does not grow with the batch.</summary>
    /// <param name="columns">The arrays of each input.</param>
    /// <returns>Why the first row without a score has none.</returns>
    /// <exception cref="OnnxRuntimeException">The model failed on these values, or the device did.</exception>
    public UnscoredRow? Score(IArrowArray[][] columns, int rows, Span<double> scores)
    {
        if (!idle.TryTake(out var runner)) runner = new TileRunner(session, inputs, output.Name, device, gate);
        var whole = false;
        try
        {
            runner.Unscorable.BeginBatch();
            var tile = fixedRows ?? TileRows;
            for (var start = 0; start < rows; start += tile)
            {
                var count = Math.Min(tile, rows - start);
                var into = scores.Slice(start * output.Width, count * output.Width);
                runner.Run(columns, start, count, SizeOf(count), output.Read, into);
                if (runner.Unscorable.Any) Withdraw(runner.Unscorable, count, into);
            }

            whole = true;
            return runner.Unscorable.First;
        }
        finally
        {
            // What a failed run leaves behind in its tensors is not trusted.
            if (whole) idle.Add(runner);
            else runner.Dispose();
        }
    }

    /// <summary>Scores one row of filler, to meet an output that cannot be read now and not with the first batch.</summary>
    /// <exception cref="ScoringException">What comes back is no score. A model that fails on the filler itself is given the benefit of the doubt.</exception>
    public void Probe()
    {
        try
        {
            Score([.. inputs.Select(_ => System.Array.Empty<IArrowArray>())], 1, new double[output.Width]);
        }
        catch (OnnxRuntimeException)
        {
            // Filler may be content that the model refuses: real rows decide.
        }
    }

    public void Dispose()
    {
        using var turn = DeviceGate.Enter(gate);
        while (idle.TryTake(out var runner)) runner.Dispose();
        device?.Dispose();
        session.Dispose();
    }

    private int SizeOf(int count)
    {
        if (fixedRows is { } size) return size;
        if (device is null) return Math.Max(count, LeastRows);
        return (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, LeastOnDevice));
    }

    private void Withdraw(UnscorableRows rows, int count, Span<double> scores)
    {
        for (var row = 0; row < count; row++)
            if (rows[row]) scores.Slice(row * output.Width, output.Width).Fill(double.NaN);
    }
}
