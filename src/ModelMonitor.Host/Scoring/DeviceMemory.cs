using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace ModelMonitor.Host.Scoring;

/// <summary>Memory of the device that a session runs on, and the copies to and from it. For one caller at a time: <see cref="Devices.DeviceGate"/>.</summary>
internal sealed class DeviceMemory : IDisposable
{
    private readonly OrtAllocator allocator;
    private readonly OrtValue[] from = new OrtValue[1];
    private readonly OrtValue[] to = new OrtValue[1];

    /// <param name="name">ONNX Runtime's name of the memory, such as `Cuda`.</param>
    public DeviceMemory(InferenceSession session, string name)
    {
        Info = new OrtMemoryInfo(name, OrtAllocatorType.DeviceAllocator, 0, OrtMemType.Default);
        allocator = new OrtAllocator(session, Info);
    }

    public OrtMemoryInfo Info { get; }

    public static bool IsOnHost(OrtValue value)
    {
        using var info = value.GetTensorMemoryInfo();
        return info.Name is "Cpu" or "CudaPinned";
    }

    public OrtValue Create(TensorElementType type, long[] shape) => OrtValue.CreateAllocatedTensorValue(allocator, type, shape);

    /// <summary>Under the device's gate.</summary>
    public void Copy(OrtValue source, OrtValue target)
    {
        (from[0], to[0]) = (source, target);
        OrtEnv.Instance().CopyTensors(from, to, null);
    }

    /// <summary>A copy on the host, which the caller disposes.</summary>
    public OrtValue ToHost(OrtValue source)
    {
        var info = source.GetTensorTypeAndShape();
        var target = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, info.ElementDataType, info.Shape);
        try
        {
            Copy(source, target);
            return target;
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        allocator.Dispose();
        Info.Dispose();
    }
}
