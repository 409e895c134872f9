using Apache.Arrow;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

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
    private readonly OrtIoBinding binding;
    private readonly RunOptions options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly OrtValue?[] host;
    private readonly OrtValue?[] onDevice;
    private readonly int[] widths;
    private readonly int[][] columnWidths;
    private int rows = -1;

    /// <param name="device">Null: the session reads the host's memory.</param>
    public TileRunner(InferenceSession session, IReadOnlyList<InputPlan> inputs, string output, DeviceMemory? device)
    {
        (this.session, this.inputs, this.output, this.device) = (session, inputs, output, device);
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
        {
            ColumnTensors.Fill(host[i]!, inputs[i], columns[i], columnWidths[i], widths[i], size, start, count, Unscorable);
            if (device is not null && onDevice[i] is { } target) device.Copy(host[i]!, target);
        }

        session.RunWithBinding(options, binding);
        if (device is not null) binding.SynchronizeBoundOutputs();
        using var values = binding.GetOutputValues();
        if (device is not null && values[0].OnnxType == OnnxValueType.ONNX_TYPE_TENSOR && !DeviceMemory.IsOnHost(values[0]))
        {
            using var copied = device.ToHost(values[0]);
            read(copied, size, scores);
        }
        else
        {
            read(values[0], size, scores);
        }
    }

    public void Dispose()
    {
        binding.Dispose();
        options.Dispose();
        Release();
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
