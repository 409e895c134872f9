using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using ModelMonitor.Host.Scoring.Devices;

namespace ModelMonitor.Host.Scoring;

/// <summary>Tensors of one size, bound to a session, and filled anew for each run. For one caller at a time.</summary>
/// <remarks>
/// With device memory the inputs are filled on the host and copied: a provider does not see that a bound tensor of the host has
/// changed. What comes back is copied to the host too.
/// </remarks>
internal sealed class TileRunner : IDisposable
{
    private readonly InferenceSession session;
    private readonly IReadOnlyList<InputPlan> inputs;
    private readonly string output;
    private readonly DeviceMemory? device;
    private readonly DeviceGate? gate;
    private readonly OrtIoBinding binding;
    private readonly RunOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly OrtValue?[] host;
    private readonly OrtValue?[] onDevice;
    private readonly int[] widths;
    private readonly int[][] columnWidths;
    private int rows = -1;

    /// <param name="device">Null: the session reads the host's memory.</param>
    /// <param name="gate">That of the session's device; null: the CPU.</param>
    public TileRunner(InferenceSession session, IReadOnlyList<InputPlan> inputs, string output, DeviceMemory? device = null, DeviceGate? gate = null)
    {
        (this.session, this.inputs, this.output, this.device, this.gate) = (session, inputs, output, device, gate);
        (host, onDevice, widths) = (new OrtValue?[inputs.Count], new OrtValue?[inputs.Count], new int[inputs.Count]);
        columnWidths = [.. inputs.Select(input => new int[input.Columns.Count])];
        binding = session.CreateIoBinding();
    }

    public UnscorableRows Unscorable { get; } = new();

    /// <summary>Runs some rows of a batch; <paramref name="read"/> gets what comes back, on the host.</summary>
    /// <param name="columns">The arrays of each input; none: filler.</param>
    /// <param name="size">Rows of the tensors, at least <paramref name="count"/>.</param>
    public void Run(IArrowArray[][] columns, int start, int count, int size, ReadOutput read, Span<double> scores)
    {
        Unscorable.BeginTile(start, count);
        Prepare(columns, size);
        for (var i = 0; i < host.Length; i++)
            ColumnTensors.Fill(host[i]!, inputs[i], columns[i], columnWidths[i], widths[i], size, start, count, Unscorable);
        if (device is null)
        {
            using var turn = DeviceGate.Enter(gate);
            session.RunWithBinding(options, binding);
            using var values = binding.GetOutputValues();
            read(values[0], size, scores);
            return;
        }

        using var scored = RunOn(device);
        read(scored, size, scores);
    }

    public void Dispose()
    {
        using var turn = DeviceGate.Enter(gate);
        binding.Dispose();
        options.Dispose();
        Release();
    }

    /// <returns>What came back, on the host; the caller disposes it.</returns>
    private OrtValue RunOn(DeviceMemory memory)
    {
        using var turn = DeviceGate.Enter(gate);
        for (var i = 0; i < host.Length; i++)
            if (onDevice[i] is { } target) memory.Copy(host[i]!, target);
        session.RunWithBinding(options, binding);
        binding.SynchronizeBoundOutputs();
        // Not disposed of as a whole: where it is on the host already it is what the caller gets.
        var values = binding.GetOutputValues();
        var value = values[0];
        if (value.OnnxType != OnnxValueType.ONNX_TYPE_TENSOR || DeviceMemory.IsOnHost(value)) return value;
        using (value) return memory.ToHost(value);
    }

    /// <summary>New tensors where the rows or the width of an input differ from what the last run had.</summary>
    private void Prepare(IArrowArray[][] columns, int size)
    {
        var same = size == rows;
        for (var i = 0; i < host.Length; i++)
        {
            int width;
            if (columns[i].Length == 0)
            {
                width = inputs[i].Width ?? Math.Max(inputs[i].Columns.Count, 1);
            }
            else
            {
                ColumnTensors.Widths(inputs[i], columns[i], columnWidths[i]);
                width = columnWidths[i].Sum();
            }

            same &= width == widths[i];
            widths[i] = width;
        }

        if (same) return;
        // Until it is whole again nothing is: a failure half way must not leave tensors of two sizes bound.
        rows = -1;
        using var turn = DeviceGate.Enter(gate);
        Release();
        binding.ClearBoundInputs();
        binding.ClearBoundOutputs();
        for (var i = 0; i < host.Length; i++)
        {
            var (type, shape) = (inputs[i].Type, inputs[i].Shape(size, widths[i]));
            if (type == TensorElementType.String)
            {
                host[i] = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape);
            }
            else
            {
                host[i] = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
                if (device is not null) onDevice[i] = device.Create(type, shape);
            }

            binding.BindInput(inputs[i].Name, onDevice[i] ?? host[i]!);
        }

        binding.BindOutputToDevice(output, device?.Info ?? OrtMemoryInfo.DefaultInstance);
        rows = size;
    }

    private void Release()
    {
        for (var i = 0; i < host.Length; i++)
        {
            host[i]?.Dispose();
            onDevice[i]?.Dispose();
            (host[i], onDevice[i]) = (null, null);
        }
    }
}

/// <summary>Reads scores out of what a model puts out.</summary>
/// <param name="rows">Rows that went in.</param>
internal delegate void ReadOutput(OrtValue value, int rows, Span<double> scores);
