using Microsoft.ML.OnnxRuntime;

namespace ModelMonitor.Benchmarks;

/// <summary>ONNX Runtime alone on one thread, its inputs and its output laid out beforehand.</summary>
internal sealed class BareModel : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue[] _inputs;
    private readonly OrtValue _output;

    /// <param name="columns">Values by feature, as many rows as all batches have.</param>
    public BareModel(byte[] model, float[][] columns, int rows, int batches)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        _session = new InferenceSession(model, options);
        _inputs = [.. Enumerable.Range(0, batches).Select(b => OrtValue.CreateTensorValueFromMemory(Matrix(columns, b * rows, rows), [rows, columns.Length]))];
        _output = OrtValue.CreateTensorValueFromMemory(new float[rows], [rows, 1]);
    }

    public void Run(int batch) => _session.Run(_options, ["x"], [_inputs[batch]], ["y"], [_output]);

    public void Dispose()
    {
        foreach (var input in _inputs) input.Dispose();
        _output.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static float[] Matrix(float[][] columns, int start, int rows)
    {
        var matrix = new float[rows * columns.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var f = 0; f < columns.Length; f++) matrix[(row * columns.Length) + f] = columns[f][start + row];
        }

        return matrix;
    }
}
