using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using ModelMonitor.Engine.Plugins;
using ModelMonitor.Host.Plugins;
using ModelMonitor.Host.Tests.Cli;
using ModelMonitor.Host.Tests.Configuration;
using ModelMonitor.Host.Tests.EndToEnd;
using static ModelMonitor.Host.Tests.Configuration.ConfigurationText;

namespace ModelMonitor.Host.Tests.Plugins;

public sealed class PluginTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("modelmonitor-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void What_comes_with_the_monitor_is_loaded_without_being_named()
    {
        var catalog = PluginLoader.Load([]);
        Assert.Empty(catalog.Faults);
        Assert.Contains("sample", catalog.Plugins.Select(p => p.Name));
        Assert.All(catalog.Plugins, p => Assert.StartsWith(PluginLoader.Bundled, p.Path, StringComparison.Ordinal));
    }

    [Fact]
    public void A_plugin_shares_the_monitors_own_types_and_keeps_its_assembly_apart()
    {
        var plugin = PluginLoader.Load([]).Plugins.Single(p => p.Name == "sample").Plugin;
        Assert.IsType<IPlugin>(plugin, exactMatch: false);
        Assert.NotSame(System.Runtime.Loader.AssemblyLoadContext.Default, System.Runtime.Loader.AssemblyLoadContext.GetLoadContext(plugin.GetType().Assembly));
        Assert.DoesNotContain(plugin.GetType().Assembly.GetReferencedAssemblies(), a => a.Name == "modelmonitor");
    }

    [Fact]
    public void A_library_that_fails_is_named_and_stops_no_other()
    {
        Write("Text", "not a library"u8.ToArray());
        Make("Nameless", null, null);
        Make("Older", PluginContract.Version - 1, null);
        Make("Thrower", PluginContract.Version, "no licence");
        Make("Good", PluginContract.Version, null);
        var services = new ServiceCollection();
        var catalog = PluginLoader.Load([new() { Folder = _folder.FullName }]).Register(services);
        Assert.Contains("Good", catalog.Plugins.Select(p => p.Name));
        Assert.Contains("sample", catalog.Plugins.Select(p => p.Name));
        var faults = catalog.Faults.ToDictionary(f => f.Name, f => f.Reason);
        Assert.Equal(["Nameless", "Older", "Text", "Thrower"], faults.Keys.Order(StringComparer.Ordinal));
        Assert.Contains("names no plugin", faults["Nameless"], StringComparison.Ordinal);
        Assert.Equal($"it was built against contract {PluginContract.Version - 1}, and this monitor has {PluginContract.Version}", faults["Older"]);
        Assert.Equal("cannot be registered: no licence", faults["Thrower"]);
        Assert.All(catalog.Faults, f => Assert.False(f.Required));
    }

    [Fact]
    public void A_plugin_adds_and_replaces_nothing()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddSingleton<ModelMonitor.Engine.Actions.IRetrainHook>(_ => null!);
        new PluginCatalog([new(new Greedy(), "", "1", new ConfigurationBuilder().Build())], []).Register(services);
        Assert.Same(clock, services.BuildServiceProvider().GetRequiredService<TimeProvider>());
        Assert.Equal(2, services.Count(s => s.ServiceType == typeof(ModelMonitor.Engine.Actions.IRetrainHook)));
        Assert.Contains(services, s => s.ServiceType == typeof(Greedy));
    }

    private sealed class Greedy : IPlugin
    {
        public string Name => "greedy";

        public void Register(IServiceCollection services, IConfiguration configuration) =>
            services.AddSingleton(TimeProvider.System).AddSingleton<ModelMonitor.Engine.Actions.IRetrainHook>(_ => null!).AddSingleton(this);
    }

    [Fact]
    public void A_plugin_of_a_name_that_is_there_is_not_loaded_again()
    {
        Make("Twin", PluginContract.Version, null);
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "other"));
        Make("other/Twin", PluginContract.Version, null);
        var catalog = PluginLoader.Load([new() { Folder = _folder.FullName }, new() { Folder = Path.Combine(_folder.FullName, "other") }]);
        Assert.Single(catalog.Plugins, p => p.Name == "Twin");
        Assert.Contains("was loaded from", Assert.Single(catalog.Faults).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_configuration_names_folders_and_what_a_plugin_is_told()
    {
        var options = Options(Samples.Least + "\nplugins: [ ./mine, { name: sample, required: true, options: { file: a.csv } } ]");
        Assert.Equal((Path.GetFullPath("mine", Path.GetDirectoryName(options.Plugins[0].Folder)!), null, false), (options.Plugins[0].Folder, options.Plugins[0].Name, options.Plugins[0].Required));
        Assert.Equal((null, "sample", true, "a.csv"), (options.Plugins[1].Folder, options.Plugins[1].Name, options.Plugins[1].Required, options.Plugins[1].Options["file"]));
        Assert.Contains("named more than once", FaultWith("plugins: [ { name: a }, { name: a } ]"), StringComparison.Ordinal);
        Assert.Contains("is required, or a folder", FaultWith("plugins: [ { required: true } ]"), StringComparison.Ordinal);
        Assert.Contains("need the name", FaultWith("plugins: [ { folder: x, options: { a: 1 } } ]"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_lists_plugins_and_says_which_are_missing()
    {
        Write("Text", "not a library"u8.ToArray());
        using var chicago = new Case("chicago", $"plugins: [ \"{_folder.FullName}\", {{ name: ghost }} ]\n");
        var sound = await Ran.Command("check", "-c", chicago.Configuration);
        Assert.Equal(0, sound.Exit);
        Assert.Contains("plugin sample 0.1.0: ", sound.Output, StringComparison.Ordinal);
        Assert.Contains("plugin Text (", sound.Output, StringComparison.Ordinal);
        Assert.Contains("plugin ghost (", sound.Output, StringComparison.Ordinal);
        using var required = new Case("chicago", "plugins: [ { name: ghost, required: true } ]\n");
        (await Ran.Command("check", "-c", required.Configuration)).IsRefusedWith("there is no such plugin");
    }

    [Fact]
    public async Task An_action_whose_hook_is_nowhere_is_a_fault_at_start_and_in_check()
    {
        using var chicago = new Case("chicago", "actions: { retrain: { hook: trainr } }\n");
        (await Ran.Command("check", "-c", chicago.Configuration)).IsRefusedWith("actions.retrain.hook: there is no hook 'trainr'");
        (await Ran.Command("run", "-c", chicago.Configuration)).IsRefusedWith("actions.retrain.hook: there is no hook 'trainr'");
    }

    [Fact]
    public async Task Check_asks_the_hooks_of_plugins_about_their_options()
    {
        using var chicago = new Case("chicago", "actions: { retrain: { hook: trainer, options: { hidden: \"16\" } } }\n");
        Assert.Equal(0, (await Ran.Command("check", "-c", chicago.Configuration)).Exit);
        using var wrong = new Case("chicago", "actions: { retrain: { hook: trainer, options: { hidden: many } } }\n");
        (await Ran.Command("check", "-c", wrong.Configuration)).IsRefusedWith("actions.retrain.options.hidden: ");
    }

    private void Write(string name, byte[] library)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, name)).FullName;
        System.IO.File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(name) + ".dll"), library);
    }

    /// <summary>A library with a plugin of its name.</summary>
    /// <param name="contract">Null: it names none.</param>
    /// <param name="throws">What `Register` throws; null: it does nothing.</param>
    private void Make(string path, int? contract, string? throws)
    {
        var name = Path.GetFileName(path);
        var assembly = new PersistedAssemblyBuilder(new AssemblyName($"{name}{Guid.NewGuid():N}"), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule(name).DefineType("P", TypeAttributes.Public, typeof(object), [typeof(IPlugin)]);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        var named = type.DefineMethod("get_Name", MethodAttributes.Public | MethodAttributes.Virtual, typeof(string), []).GetILGenerator();
        named.Emit(OpCodes.Ldstr, name);
        named.Emit(OpCodes.Ret);
        var register = type.DefineMethod("Register", MethodAttributes.Public | MethodAttributes.Virtual, typeof(void), [typeof(IServiceCollection), typeof(IConfiguration)]).GetILGenerator();
        if (throws is not null)
        {
            register.Emit(OpCodes.Ldstr, throws);
            register.Emit(OpCodes.Newobj, typeof(InvalidOperationException).GetConstructor([typeof(string)])!);
            register.Emit(OpCodes.Throw);
        }

        register.Emit(OpCodes.Ret);
        type.CreateType();
        if (contract is { } number) assembly.SetCustomAttribute(new CustomAttributeBuilder(typeof(MonitorPluginAttribute).GetConstructors().Single(), [type, number]));
        using var stream = new MemoryStream();
        assembly.Save(stream);
        Write(path, stream.ToArray());
    }
}
