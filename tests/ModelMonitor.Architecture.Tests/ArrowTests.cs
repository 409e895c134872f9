using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace ModelMonitor.Architecture.Tests;

/// <summary>The arrows between the rooms: Core ◀ Engine ◀ Host, and what never enters a room.</summary>
public sealed class ArrowTests
{
    private static readonly System.Reflection.Assembly CoreAssembly = typeof(ModelMonitor.Core.TaskKind).Assembly;
    private static readonly System.Reflection.Assembly EngineAssembly = typeof(ModelMonitor.Engine.ITelemetry).Assembly;
    private static readonly System.Reflection.Assembly HostAssembly = System.Reflection.Assembly.Load("modelmonitor");

    private static readonly ArchUnitNET.Domain.Architecture House = new ArchLoader().LoadAssemblies(CoreAssembly, EngineAssembly, HostAssembly).Build();

    private static readonly IObjectProvider<IType> CoreTypes = Types().That().ResideInAssembly(CoreAssembly).As("Core");
    private static readonly IObjectProvider<IType> EngineTypes = Types().That().ResideInAssembly(EngineAssembly).As("Engine");
    private static readonly IObjectProvider<IType> HostTypes = Types().That().ResideInAssembly(HostAssembly).As("Host");

    [Fact]
    public void Core_knows_neither_the_engine_nor_the_host()
    {
        Types().That().Are(CoreTypes).Should().NotDependOnAny(EngineTypes).Check(House);
        Types().That().Are(CoreTypes).Should().NotDependOnAny(HostTypes).Check(House);
    }

    [Fact]
    public void The_engine_does_not_know_the_host() => Types().That().Are(EngineTypes).Should().NotDependOnAny(HostTypes).Check(House);

    [Theory]
    [InlineData("Apache.Arrow")]
    [InlineData("Microsoft.ML.OnnxRuntime")]
    [InlineData("Microsoft.Extensions")]
    [InlineData("Microsoft.Data.Sqlite")]
    [InlineData("Quartz")]
    public void Core_is_pure(string forbidden) => Assert.DoesNotContain(CoreAssembly.GetReferencedAssemblies(), a => a.Name!.StartsWith(forbidden, StringComparison.Ordinal));

    [Theory]
    [InlineData("Microsoft.ML.OnnxRuntime")]
    [InlineData("Microsoft.Data.Sqlite")]
    [InlineData("Microsoft.AspNetCore")]
    [InlineData("Quartz")]
    [InlineData("Prometheus")]
    [InlineData("YamlDotNet")]
    public void The_engine_has_no_database_web_server_or_scheduler(string forbidden) =>
        Assert.DoesNotContain(EngineAssembly.GetReferencedAssemblies(), a => a.Name!.StartsWith(forbidden, StringComparison.Ordinal));

    [Fact]
    public void Plugins_know_the_engine_and_not_the_host()
    {
        var libraries = Directory.GetDirectories(Path.Combine(AppContext.BaseDirectory, "plugins")).Select(folder => Path.Combine(folder, Path.GetFileName(folder) + ".dll")).ToArray();
        Assert.Equal(["KubernetesJob.dll", "Sample.dll", "Trainer.dll"], libraries.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(libraries, path =>
        {
            using var library = new PEReader(File.OpenRead(path));
            var reader = library.GetMetadataReader();
            var references = reader.AssemblyReferences.Select(handle => reader.GetString(reader.GetAssemblyReference(handle).Name)).ToArray();
            Assert.Contains("ModelMonitor.Engine", references);
            Assert.DoesNotContain("modelmonitor", references);
            Assert.DoesNotContain("Microsoft.Data.Sqlite", references);
        });
    }

    [Fact]
    public void Only_the_writer_begins_a_transaction()
    {
        var callers = Types().GetObjects(House)
            .Where(type => type.Dependencies.OfType<ArchUnitNET.Domain.Dependencies.MethodCallDependency>()
                .Any(call => call.TargetMember.FullName.Contains("IStateStore::BeginAsync", StringComparison.Ordinal)))
            .Select(type => type.FullName)
            .ToArray();

        Assert.NotEmpty(callers);
        Assert.All(callers, name => Assert.StartsWith("ModelMonitor.Engine.Commit.StateWriter", name, StringComparison.Ordinal));
    }

    [Fact]
    public void Prometheus_is_known_to_the_export_room_alone()
    {
        var knowing = Types().That().Are(HostTypes).GetObjects(House)
            .Where(t => t.Dependencies.Any(d => d.Target.FullName.StartsWith("Prometheus.", StringComparison.Ordinal)))
            .Where(t => !t.FullName.StartsWith("ModelMonitor.Host.Export", StringComparison.Ordinal))
            .Select(t => t.FullName);
        Assert.Empty(knowing);
    }
}
