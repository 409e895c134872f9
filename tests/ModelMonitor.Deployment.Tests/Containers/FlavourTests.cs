using System.Text.Json;

namespace ModelMonitor.Deployment.Tests.Containers;

/// <summary>What each flavour of the image is built upon, as the build evaluates it.</summary>
public sealed class FlavourTests
{
    private static readonly string[] s_properties = ["ContainerFamily", "ContainerBaseImage", "ContainerImageTag", "ContainerUser", "RuntimeIdentifiers", "PublishSelfContained"];

    [Fact]
    public async Task The_cpu_image_has_a_base_without_a_shell_for_both_architectures()
    {
        var cpu = await EvaluateAsync();
        Assert.Equal(("noble-chiseled", "", Repository.Version, "1654", "linux-x64;linux-arm64", ""), cpu);
    }

    [Fact]
    public async Task The_gpu_image_brings_its_runtime_to_nvidias_base()
    {
        var gpu = await EvaluateAsync("-p:OnnxRuntimeFlavor=Gpu");
        Assert.Equal("true", gpu.SelfContained);
        Assert.Matches("^docker.io/nvidia/cuda:[0-9.]+-cudnn-runtime-ubuntu24.04$", gpu.Base);
        Assert.Equal((Repository.Version + "-gpu", "1654", "linux-x64"), (gpu.Tag, gpu.User, gpu.Architectures));
        Assert.Equal("registry.example/cuda:13", (await EvaluateAsync("-p:OnnxRuntimeFlavor=Gpu", "-p:CudaImage=registry.example/cuda:13")).Base);
    }

    [Fact]
    public async Task A_tag_that_is_given_stays() => Assert.Equal("7", (await EvaluateAsync("-p:OnnxRuntimeFlavor=Gpu", "-p:ContainerImageTag=7")).Tag);

    private static async Task<(string Family, string Base, string Tag, string User, string Architectures, string SelfContained)> EvaluateAsync(params string[] properties)
    {
        var evaluated = await Command.RunAsync(
            "dotnet",
            ["msbuild", Repository.PathOf("src", "ModelMonitor.Host"), $"-getProperty:{string.Join(',', s_properties)}", .. properties],
            environment: new Dictionary<string, string?> { ["MSBUILDDISABLENODEREUSE"] = "1" });
        using var json = JsonDocument.Parse(evaluated.Sound());
        string Value(string name) => json.RootElement.GetProperty("Properties").GetProperty(name).GetString()!;
        return (Value("ContainerFamily"), Value("ContainerBaseImage"), Value("ContainerImageTag"), Value("ContainerUser"), Value("RuntimeIdentifiers"), Value("PublishSelfContained"));
    }
}
