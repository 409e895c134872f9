using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using ModelMonitor.Engine.Options;
using ModelMonitor.Engine.Scoring;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace ModelMonitor.Host.Scoring.Devices;

/// <summary>What ONNX Runtime is told for each device.</summary>
internal static class ScoringDevice
{
    public const string Cpu = "cpu";

    /// <summary>Names of devices that come with ONNX Runtime itself; others are libraries.</summary>
    public static readonly IReadOnlyList<string> Known = [Cpu, "cuda", "tensorrt", "webgpu", "openvino", "dml", "rocm", "migraphx", "coreml"];

    /// <summary>What a guest on somebody else's GPU asks for, unless it is configured otherwise: memory by need and no more than 2 GiB, and full float32.</summary>
    private static readonly Dictionary<string, string> s_cuda = new() { ["gpu_mem_limit"] = "2147483648", ["arena_extend_strategy"] = "kSameAsRequested", ["use_tf32"] = "0" };

    /// <summary>Options of the CPU.</summary>
    public static readonly IReadOnlyList<string> CpuOptions = ["threads", "arena"];

    /// <summary>ONNX Runtime's name of the device's memory, where rows are copied by hand; null: the runtime copies.</summary>
    public static string? MemoryOf(DeviceOptions device) => device.Name switch { "cuda" or "tensorrt" => "Cuda", "webgpu" => "WebGPU_Buffer", _ => null };

    /// <summary>Threads per session; with more than one the scores of tree models change in the last bits with the batch size.</summary>
    public static int ThreadsOf(DeviceOptions device) =>
        device.Name == Cpu && device.Options.TryGetValue("threads", out var text) ? int.Parse(text, CultureInfo.InvariantCulture) : 1;

    /// <exception cref="ScoringException">The device is not here: one line, why.</exception>
    public static void Append(SessionOptions options, DeviceOptions device)
    {
        try
        {
            if (device.Library is { } library)
                Plugins.Append(options, library, device.Options);
            else
                Append(options, device.Name, device.Options);
        }
        catch (Exception e) when (e is EntryPointNotFoundException or NotSupportedException)
        {
            throw NoProvider(device, e);
        }
        catch (OnnxRuntimeException e) when (e.Message.Contains("not enabled in this build", StringComparison.Ordinal))
        {
            throw NoProvider(device, e);
        }
        catch (Exception e) when (e is OnnxRuntimeException or DllNotFoundException or BadImageFormatException or ArgumentException)
        {
            throw new ScoringException(OrtErrors.OneLine(e), e);
        }
    }

    private static ScoringException NoProvider(DeviceOptions device, Exception e) => new($"this build of ONNX Runtime has no provider for {device.Name}", e);

    private static void Append(SessionOptions options, string name, IReadOnlyDictionary<string, string> configured)
    {
        var own = configured.ToDictionary();
        switch (name)
        {
            case Cpu:
                // What is allocated is kept for the next run; a guest with little memory gives it back, at the price of time.
                var arena = configured.GetValueOrDefault("arena", "on");
                options.EnableCpuMemArena = arena != "off";
                if (arena is not ("on" or "off")) CpuArena.Share(options, long.Parse(arena, CultureInfo.InvariantCulture));
                break;
            case "cuda":
                using (var cuda = new OrtCUDAProviderOptions())
                {
                    foreach (var (key, value) in s_cuda) own.TryAdd(key, value);
                    cuda.UpdateOptions(own);
                    options.AppendExecutionProvider_CUDA(cuda);
                }

                break;
            case "tensorrt":
                using (var tensorrt = new OrtTensorRTProviderOptions())
                {
                    tensorrt.UpdateOptions(own);
                    options.AppendExecutionProvider_Tensorrt(tensorrt);
                }

                break;
            case "rocm": options.AppendExecutionProvider_ROCm(0); break;
            case "migraphx": options.AppendExecutionProvider_MIGraphX(0); break;
            case "dml": options.AppendExecutionProvider_DML(0); break;
            case "webgpu": options.AppendExecutionProvider("WebGPU", own); break;
            case "openvino": options.AppendExecutionProvider("OpenVINO", own); break;
            case "coreml": options.AppendExecutionProvider("CoreML", own); break;
            default: throw new NotSupportedException(name);
        }
    }
}
